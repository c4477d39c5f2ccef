// Command preflight checks, before a deployment with Serverless Devs, what can be
// checked without an account: a value that Function Compute refuses would stop the
// deployment half-way through. It changes nothing.
//
//	go run ./handler/preflight
//
// It runs in the folder of s.yaml, prints a line for each check, and exits with 1 if
// one of them is an error.
package main

import (
	"fmt"
	"os"
	"time"
)

// A machine is all that the checks see of the world outside.
type machine struct {
	getenv   func(string) (string, bool)
	readFile func(string) ([]byte, error)
	now      func() time.Time
}

func main() {
	found := preflight(machine{getenv: os.LookupEnv, readFile: os.ReadFile, now: time.Now})
	fmt.Print(table(found))
	if isBad(found) {
		os.Exit(1)
	}
}
