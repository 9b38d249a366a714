// mrjones/oauth on net/http: it makes the one call of $CALL.
package main

import (
	"crypto"
	"encoding/json"
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

func encoded(pairs [][2]string) string {
	values := url.Values{}
	for _, pair := range pairs {
		values.Add(pair[0], pair[1])
	}
	return values.Encode()
}

func main() {
	var call struct {
		Method, Url, Type string
		Body              *string
		Query, Form       [][2]string
	}
	if err := json.Unmarshal([]byte(os.Getenv("CALL")), &call); err != nil {
		log.Fatal(err)
	}
	consumer := oauth.NewCustomConsumer(
		os.Getenv("NETSUITE_CONSUMER_KEY"), os.Getenv("NETSUITE_CONSUMER_SECRET"),
		crypto.SHA256, oauth.ServiceProvider{}, nil,
	)
	consumer.HttpClient = withRealm{os.Getenv("NETSUITE_ACCOUNT")}
	token := oauth.AccessToken{Token: os.Getenv("NETSUITE_TOKEN_ID"), Secret: os.Getenv("NETSUITE_TOKEN_SECRET")}
	client, err := consumer.MakeHttpClient(&token)
	if err != nil {
		log.Fatal(err)
	}
	target, body, kind := call.Url, "", call.Type
	if call.Query != nil {
		target += "?" + encoded(call.Query)
	}
	if call.Form != nil {
		body, kind = encoded(call.Form), "application/x-www-form-urlencoded"
	} else if call.Body != nil {
		body = *call.Body
	}
	request, err := http.NewRequest(call.Method, target, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	answer, err := client.Do(request)
	if err != nil {
		if strings.Contains(err.Error(), "Must have exactly one value per param") {
			fmt.Fprintln(os.Stderr, "omitted: the library says: Must have exactly one value per param")
			os.Exit(3)
		}
		log.Fatal(err)
	}
	answer.Body.Close()
}
