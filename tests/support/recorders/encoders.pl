use strict;
use URI;
use URI::Escape;
use Mojo::Util;
my @functions = (
    ["Perl's uri_escape", sub { uri_escape($_[0]) }],
    ["Perl's uri_escape_utf8", sub { uri_escape_utf8($_[0]) }],
    ["Perl's uri_escape_utf8 before URI 1.53", sub { uri_escape_utf8($_[0], "^A-Za-z0-9\\-\\._~!*'()") }],
    ["Perl's URI->query_form", sub { my $u = URI->new("http://h/"); utf8::encode(my $t = $_[0]); $u->query_form(a => $t); substr($u->query, 2) }],
    ["Perl's Mojo::Util::url_escape", sub { utf8::encode(my $t = $_[0]); Mojo::Util::url_escape($t) }],
);
my @texts = map { chomp; my $t = pack("H*", $_); utf8::decode($t); $t } <STDIN>;
for my $row (@functions) {
    print join("\t", $row->[0], map { my $out = eval { $row->[1]->($_) }; defined $out ? unpack("H*", $out) : "-" } @texts), "\n";
}
