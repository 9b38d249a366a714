#!/usr/bin/env perl
# Perl's clients, each with its own signer: perl_clients.pl CLIENT makes the one call of $CALL.
use strict;
use warnings;
use utf8;

use Digest::SHA qw(hmac_sha256_base64 sha1_hex);
use HTTP::Request;
use JSON::PP;
use LWP::UserAgent;
use URI;

my $call = JSON::PP->new->utf8->decode($ENV{CALL});
my ($method, $body, $form) = @$call{qw(method body form)};
my @query = map { @$_ } @{ $call->{query} };
my $url = URI->new($call->{url});
$url->query_form(@query) if @query;

sub omit {
    print STDERR "omitted: $_[0]\n";
    exit 3;
}

my $request = HTTP::Request->new($method => $url);
$request->header('Content-Type' => $call->{type}) if $call->{type};
if ($form) {
    my $made = URI->new('http:');
    $made->query_form(map { @$_ } @$form);
    $request->header('Content-Type' => 'application/x-www-form-urlencoded');
    $request->content($made->query);
}
elsif (defined $body) {
    utf8::encode(my $bytes = $body);
    $request->content($bytes);
}
$request->header('Content-Length' => length $request->content) if length $request->content;

my %clients = (
    net_oauth => sub {
        require Net::OAuth;
        no warnings 'once';
        $Net::OAuth::PROTOCOL_VERSION = Net::OAuth::PROTOCOL_VERSION_1_0A();
        my $oauth = Net::OAuth->request('protected resource')->new(
            consumer_key     => $ENV{NETSUITE_CONSUMER_KEY},
            consumer_secret  => $ENV{NETSUITE_CONSUMER_SECRET},
            token            => $ENV{NETSUITE_TOKEN_ID},
            token_secret     => $ENV{NETSUITE_TOKEN_SECRET},
            request_url      => $call->{url},
            extra_params     => { @query, map { @$_ } @{ $form || [] } },
            request_method   => $method,
            signature_method => 'HMAC-SHA256',
            timestamp        => time,
            nonce            => sha1_hex(rand . $$ . $method . $url),
        );
        $oauth->sign;
        my $header = $oauth->to_authorization_header($ENV{NETSUITE_ACCOUNT}, ', ');
        $request->header(Authorization => $header);
    },
    # It has HMAC-SHA1 alone, and takes another signer as a function: its documentation shows how.
    www_oauth => sub {
        require WWW::OAuth;
        require URI::Escape;
        my $signer = sub {
            my ($text, @secrets) = @_;
            my $digest = hmac_sha256_base64($text, join '&', map { URI::Escape::uri_escape_utf8($_) } @secrets);
            return $digest . '=' x (-length($digest) % 4);
        };
        WWW::OAuth->new(
            client_id        => $ENV{NETSUITE_CONSUMER_KEY},
            client_secret    => $ENV{NETSUITE_CONSUMER_SECRET},
            token            => $ENV{NETSUITE_TOKEN_ID},
            token_secret     => $ENV{NETSUITE_TOKEN_SECRET},
            signature_method => 'HMAC-SHA256',
            signer           => $signer,
        )->authenticate($request, { realm => $ENV{NETSUITE_ACCOUNT} });
    },
);
$clients{ $ARGV[0] }->();
LWP::UserAgent->new(env_proxy => 1)->request($request);
