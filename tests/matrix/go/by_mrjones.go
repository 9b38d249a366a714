// mrjones/oauth on net/http.
package main

import (
	"crypto"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/mrjones/oauth"
)

// withRealm puts the realm into the signed header: the library has no option for it. It is not signed.
type withRealm struct{ account string }

func (c withRealm) Do(request *http.Request) (*http.Response, error) {
	signed := request.Header.Get("Authorization")
	request.Header.Set("Authorization", strings.Replace(signed, "OAuth ", fmt.Sprintf("OAuth realm=%q,", c.account), 1))
	return http.DefaultClient.Do(request)
}

var client *http.Client

func call(method string, parameters url.Values, body string) {
	parameters.Set("script", "customscript_orders")
	parameters.Set("deploy", "customdeploy_orders")
	restlet := os.Getenv("NETSUITE_BASE_URL") + "/app/site/hosting/restlet.nl?" + parameters.Encode()
	request, err := http.NewRequest(method, restlet, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	answer.Body.Close()
	fmt.Println(method, answer.StatusCode)
}

func main() {
	consumer := oauth.NewCustomConsumer(
		os.Getenv("NETSUITE_CONSUMER_KEY"), os.Getenv("NETSUITE_CONSUMER_SECRET"),
		crypto.SHA256, oauth.ServiceProvider{}, nil,
	)
	consumer.HttpClient = withRealm{os.Getenv("NETSUITE_ACCOUNT")}
	token := oauth.AccessToken{Token: os.Getenv("NETSUITE_TOKEN_ID"), Secret: os.Getenv("NETSUITE_TOKEN_SECRET")}
	var err error
	if client, err = consumer.MakeHttpClient(&token); err != nil {
		log.Fatal(err)
	}

	call("GET", url.Values{"customer": {"Café O'Hara & Co. (50%+1=x*!~)"}}, "")
	// The library refuses a repeated name: "Must have exactly one value per param".
	call("GET", url.Values{"note": {""}, "id": {"7"}}, "")
	call("POST", url.Values{}, `{"item": "Café", "quantity": 2}`)
	call("PUT", url.Values{}, `{"id": 7, "item": "Café"}`)
	call("DELETE", url.Values{"id": {"7"}}, "")
}
