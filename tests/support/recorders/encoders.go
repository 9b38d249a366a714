package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
)

func main() {
	functions := []struct {
		name string
		of   func(string) string
	}{
		{"Go's QueryEscape", url.QueryEscape},
		{"Go's PathEscape", url.PathEscape},
	}
	var texts []string
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		raw, _ := hex.DecodeString(in.Text())
		texts = append(texts, string(raw))
	}
	for _, function := range functions {
		fmt.Print(function.name)
		for _, text := range texts {
			fmt.Print("\t", hex.EncodeToString([]byte(function.of(text))))
		}
		fmt.Println()
	}
}
