#!/usr/bin/env perl
# Net::OAuth signs, LWP sends.
use strict;
use warnings;
use utf8;

use Digest::SHA qw(sha1_hex);
use HTTP::Request;
use JSON::PP;
use LWP::UserAgent;
use Net::OAuth;
use URI;

$Net::OAuth::PROTOCOL_VERSION = Net::OAuth::PROTOCOL_VERSION_1_0A;

my $agent = LWP::UserAgent->new(env_proxy => 1);

sub call {
    my ($method, $parameters, $body) = @_;
    my @query = (script => 'customscript_orders', deploy => 'customdeploy_orders', @$parameters);
    my $restlet = "$ENV{NETSUITE_BASE_URL}/app/site/hosting/restlet.nl";
    my $url = URI->new($restlet);
    $url->query_form(@query);

    my $oauth = Net::OAuth->request('protected resource')->new(
        consumer_key     => $ENV{NETSUITE_CONSUMER_KEY},
        consumer_secret  => $ENV{NETSUITE_CONSUMER_SECRET},
        token            => $ENV{NETSUITE_TOKEN_ID},
        token_secret     => $ENV{NETSUITE_TOKEN_SECRET},
        request_url      => $restlet,
        extra_params     => {@query},    # characters: what is not ASCII in a query of request_url is encoded twice
        request_method   => $method,
        signature_method => 'HMAC-SHA256',
        timestamp        => time,
        nonce            => sha1_hex(rand . $$ . $method . $url),
    );
    $oauth->sign;

    my $request = HTTP::Request->new($method => $url);
    $request->header(Authorization => $oauth->to_authorization_header($ENV{NETSUITE_ACCOUNT}, ', '));
    $request->header('Content-Type' => 'application/json');
    $request->content(JSON::PP->new->utf8->encode($body)) if $body;
    print $method, ' ', $agent->request($request)->code, "\n";
}

call(GET => [customer => "Café O'Hara & Co. (50%+1=x*!~)"]);
call(GET => [tag => 'red', tag => 'blue']);    # refused: the library signs one value of a repeated name
call(GET => [note => '', id => 7]);
call(POST => [], { item => 'Café', quantity => 2 });
call(PUT  => [], { id => 7, item => 'Café' });
call(DELETE => [id => 7]);
