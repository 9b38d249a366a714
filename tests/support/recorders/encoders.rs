use std::io::Read;
fn main() {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).unwrap();
    let texts: Vec<String> = input.lines().map(|l| String::from_utf8((0..l.len() / 2).map(|i| u8::from_str_radix(&l[2 * i..2 * i + 2], 16).unwrap()).collect()).unwrap()).collect();
    let functions: [(&str, fn(&str) -> String); 2] = [
        ("Rust's percent_encoding::NON_ALPHANUMERIC", |s| percent_encoding::utf8_percent_encode(s, percent_encoding::NON_ALPHANUMERIC).to_string()),
        ("Rust's form_urlencoded", |s| form_urlencoded::byte_serialize(s.as_bytes()).collect()),
    ];
    for (name, f) in functions {
        let row: Vec<String> = texts.iter().map(|t| f(t).bytes().map(|b| format!("{b:02x}")).collect()).collect();
        println!("{name}\t{}", row.join("\t"));
    }
}
