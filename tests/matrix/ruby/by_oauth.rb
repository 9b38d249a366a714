# The gem oauth, on Net::HTTP.
require "json"
require "oauth"

begin
  require "oauth/signature/hmac/sha256"
rescue LoadError # oauth 0.5.4 has HMAC-SHA1 alone: this registers the digest, all else of the signing is the gem's
  require "oauth/signature/hmac/sha1"
  class OAuth::Signature::HMAC::SHA256 < OAuth::Signature::HMAC::SHA1
    implements "hmac-sha256"

    private

    def digest = OpenSSL::HMAC.digest("sha256", secret, signature_base_string)
  end
end

RESTLET = "/app/site/hosting/restlet.nl?script=customscript_orders&deploy=customdeploy_orders"
JSON_TYPE = { "Content-Type" => "application/json" }.freeze

consumer = OAuth::Consumer.new(
  ENV.fetch("NETSUITE_CONSUMER_KEY"), ENV.fetch("NETSUITE_CONSUMER_SECRET"),
  site: ENV.fetch("NETSUITE_BASE_URL"), signature_method: "HMAC-SHA256", realm: ENV.fetch("NETSUITE_ACCOUNT")
)
token = OAuth::AccessToken.new(consumer, ENV.fetch("NETSUITE_TOKEN_ID"), ENV.fetch("NETSUITE_TOKEN_SECRET"))

def query(parameters) = "&#{URI.encode_www_form(parameters)}"

puts "GET #{token.get(RESTLET + query(customer: "Café O'Hara & Co. (50%+1=x*!~)"), JSON_TYPE).code}"
puts "GET #{token.get(RESTLET + query(tag: %w[red blue]), JSON_TYPE).code}"
puts "GET #{token.get(RESTLET + query(note: "", id: 7), JSON_TYPE).code}"
puts "POST #{token.post(RESTLET, { item: "Café", quantity: 2 }.to_json, JSON_TYPE).code}"
puts "PUT #{token.put(RESTLET, { id: 7, item: "Café" }.to_json, JSON_TYPE).code}"
puts "DELETE #{token.delete(RESTLET + query(id: 7), JSON_TYPE).code}"
