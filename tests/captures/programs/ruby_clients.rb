# Ruby's clients, each with its own signer: ruby_clients.rb CLIENT makes the one call of $CALL.
require "json"
require "net/http"
require "openssl"
require "uri"

CALL = JSON.parse(ENV.fetch("CALL"))
METHOD, URL, QUERY, BODY, FORM, TYPE = CALL.values_at("method", "url", "query", "body", "form", "type")
ACCOUNT, KEY, SECRET, TOKEN, TOKEN_SECRET = %w[ACCOUNT CONSUMER_KEY CONSUMER_SECRET TOKEN_ID TOKEN_SECRET].map { |name| ENV.fetch("NETSUITE_#{name}") }
FULL = QUERY.empty? ? URL : "#{URL}?#{URI.encode_www_form(QUERY)}"
HEADERS = TYPE ? { "Content-Type" => TYPE } : {}

def omit(why)
  warn "omitted: #{why}"
  exit 3
end

def by_oauth
  require "oauth"
  begin
    require "oauth/signature/hmac/sha256"
  rescue LoadError # oauth 0.5.4 has HMAC-SHA1 alone: this registers the digest, all else of the signing is the gem's
    require "oauth/signature/hmac/sha1"
    eval <<~RUBY
      class OAuth::Signature::HMAC::SHA256 < OAuth::Signature::HMAC::SHA1
        implements "hmac-sha256"
        private
        def digest = OpenSSL::HMAC.digest("sha256", secret, signature_base_string)
      end
    RUBY
  end
  uri = URI(URL)
  consumer = OAuth::Consumer.new(KEY, SECRET, site: "https://#{uri.host}", signature_method: "HMAC-SHA256", realm: ACCOUNT)
  token = OAuth::AccessToken.new(consumer, TOKEN, TOKEN_SECRET)
  arguments = %w[GET DELETE].include?(METHOD) ? [] : [FORM ? FORM.to_h : (BODY || "")]
  token.request(METHOD.downcase.to_sym, FULL.delete_prefix("https://#{uri.host}"), *arguments, HEADERS)
end

def send_with(header)
  uri = URI(FULL)
  request = Net::HTTP.const_get(METHOD.capitalize).new(uri, HEADERS)
  request["Authorization"] = header
  FORM ? request.set_form_data(FORM) : request.body = BODY
  Net::HTTP.start(uri.host, uri.port, use_ssl: true) { |http| http.request(request) }
end

# Version 0.3.1 has HMAC-SHA1 alone: the method that it looks for by the name of another is put in.
def by_simple_oauth
  require "simple_oauth"
  SimpleOAuth::Header.class_eval do
    private

    def hmac_sha256_signature = Base64.strict_encode64(OpenSSL::HMAC.digest("sha256", secret, signature_base))
  end
  oauth = { consumer_key: KEY, consumer_secret: SECRET, token: TOKEN, token_secret: TOKEN_SECRET, signature_method: "HMAC-SHA256" }
  send_with(SimpleOAuth::Header.new(METHOD, FULL, FORM || {}, oauth).to_s.sub("OAuth ", "OAuth realm=\"#{ACCOUNT}\", "))
end

# It has HMAC-SHA1 alone: its own functions make base string, nonce and header, ours the digest.
def by_signet
  require "signet/oauth_1/client"
  parameters = Signet::OAuth1.unsigned_resource_parameters(client_credential_key: KEY, token_credential_key: TOKEN, signature_method: "HMAC-SHA256")
  # It takes the query by itself from the URL, a form as parameters.
  base = Signet::OAuth1.generate_base_string(METHOD, FULL, parameters + (FORM || []))
  key = [SECRET, TOKEN_SECRET].map { |secret| Signet::OAuth1.encode(secret) }.join("&")
  parameters << ["oauth_signature", [OpenSSL::HMAC.digest("sha256", key, base)].pack("m0")]
  send_with(Signet::OAuth1.generate_authorization_header(parameters, ACCOUNT))
end

send("by_#{ARGV.first}")
