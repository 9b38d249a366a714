require "addressable/uri"
require "cgi"
require "erb"
require "uri"
functions = {
  "Ruby's CGI.escape" => ->(s) { CGI.escape(s) },
  "Ruby's ERB::Util.url_encode" => ->(s) { ERB::Util.url_encode(s) },
  "Ruby's URI.encode_www_form_component" => ->(s) { URI.encode_www_form_component(s) },
  "Ruby's URI::DEFAULT_PARSER.escape" => ->(s) { URI::RFC2396_Parser.new.escape(s) },
  "Addressable's encode_component" => ->(s) { Addressable::URI.encode_component(s) },
  "Addressable's encode_component, unreserved" => ->(s) { Addressable::URI.encode_component(s, Addressable::URI::CharacterClasses::UNRESERVED) },
  "Addressable's encode_component, query" => ->(s) { Addressable::URI.encode_component(s, Addressable::URI::CharacterClasses::QUERY) },
  "Addressable's encode_component, path" => ->(s) { Addressable::URI.encode_component(s, Addressable::URI::CharacterClasses::PATH) },
  "Addressable's form_encode" => ->(s) { Addressable::URI.form_encode({ "a" => s })[2..] },
  "Addressable's query_values=" => ->(s) { Addressable::URI.new(query_values: { "a" => s }).query[2..] },
}
texts = $stdin.each_line.map { |line| [line.chomp].pack("H*").force_encoding("utf-8") }
functions.each do |name, function|
  puts [name, *texts.map { |text| begin function.call(text).unpack1("H*") rescue "-" end }].join("\t")
end
