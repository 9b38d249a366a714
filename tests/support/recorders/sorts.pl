use strict;
my @texts = map { chomp; my $t = pack("H*", $_); utf8::decode($t); $t } <STDIN>;
my $hex = sub { utf8::encode(my $t = $_[0]); unpack("H*", $t) };
print join("\t", "Perl's sort", map { $hex->($_) } sort @texts), "\n";
