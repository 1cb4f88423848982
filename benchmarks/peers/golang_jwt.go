// SPDX-License-Identifier: MIT
// The job through golang-jwt: golang_jwt SECONDS runs each job for that long and prints what Google Benchmark prints in
// JSON, as far as benchmarks/run reads it.
package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/golang-jwt/jwt"
)

type Small struct {
	Role  string `json:"role"`
	Email string `json:"email"`
	jwt.RegisteredClaims
}

type Roles struct {
	Roles []string `json:"roles"`
}

type Large struct {
	AuthTime          int64            `json:"auth_time"`
	Typ               string           `json:"typ"`
	Azp               string           `json:"azp"`
	SessionState      string           `json:"session_state"`
	Acr               string           `json:"acr"`
	AllowedOrigins    []string         `json:"allowed-origins"`
	RealmAccess       Roles            `json:"realm_access"`
	ResourceAccess    map[string]Roles `json:"resource_access"`
	Scopes            []string         `json:"scopes"`
	Sid               string           `json:"sid"`
	EmailVerified     bool             `json:"email_verified"`
	Name              string           `json:"name"`
	PreferredUsername string           `json:"preferred_username"`
	GivenName         string           `json:"given_name"`
	FamilyName        string           `json:"family_name"`
	Email             string           `json:"email"`
	jwt.RegisteredClaims
}

type row struct {
	Name    string  `json:"name"`
	CPUTime float64 `json:"cpu_time"`
}

func demand[T any](value T, fault error) T {
	if fault != nil {
		panic(fault)
	}
	return value
}

func read(name string) []byte {
	return demand(os.ReadFile(filepath.Join(os.Getenv("CREDENCE_BENCHMARK_JOB"), name)))
}

// The processor time of this process in nanoseconds, the garbage collector's included.
func processorTime() float64 {
	var usage syscall.Rusage
	demand(0, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano() + usage.Stime.Nano())
}

// Runs work in batches that double, until one takes long enough. Nanoseconds for one.
func measure(seconds float64, work func()) float64 {
	for count := 1; ; count *= 2 {
		start := processorTime()
		for i := 0; i < count; i++ {
			work()
		}
		if taken := processorTime() - start; taken >= seconds*1e9 {
			return taken / float64(count)
		}
	}
}

func verify(seconds float64, algorithm, size string, key any, empty func() jwt.Claims) row {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{algorithm}))
	find := func(*jwt.Token) (any, error) { return key, nil }
	token := string(read(algorithm + "." + size + ".jwt"))
	taken := measure(seconds, func() { demand(parser.ParseWithClaims(token, empty(), find)) })
	return row{"golang-jwt:verify/" + algorithm + "/" + size, taken}
}

func sign(seconds float64, secret []byte) row {
	claims := &Small{}
	find := func(*jwt.Token) (any, error) { return secret, nil }
	demand(jwt.ParseWithClaims(string(read("HS256.small.jwt")), claims, find))
	taken := measure(seconds, func() {
		demand(jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(secret))
	})
	return row{"golang-jwt:sign/HS256/small", taken}
}

func main() {
	seconds := 0.1
	if len(os.Args) > 1 {
		seconds = demand(strconv.ParseFloat(os.Args[1], 64))
	}
	small := func() jwt.Claims { return &Small{} }
	large := func() jwt.Claims { return &Large{} }
	secret := read("HS256.secret")
	rows := []row{
		verify(seconds, "HS256", "small", secret, small),
		verify(seconds, "HS256", "large", secret, large),
		verify(seconds, "RS256", "small", demand(jwt.ParseRSAPublicKeyFromPEM(read("RS256.public.pem"))), small),
		verify(seconds, "ES256", "small", demand(jwt.ParseECPublicKeyFromPEM(read("ES256.public.pem"))), small),
		verify(seconds, "EdDSA", "small", demand(jwt.ParseEdPublicKeyFromPEM(read("EdDSA.public.pem"))), small),
		sign(seconds, secret),
	}
	demand(os.Stdout.Write(demand(json.Marshal(map[string][]row{"benchmarks": rows}))))
}
