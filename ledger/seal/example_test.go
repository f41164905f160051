package seal_test

import (
	"crypto/rand"
	"errors"
	"fmt"

	"ducha/ledger/seal"
)

func Example() {
	key, err := seal.GenerateKey(seal.SM2, rand.Reader)
	if err != nil {
		panic(err)
	}
	event := []byte(`{"specversion":"1.0","type":"progress.reported.v1"}`)
	sealed, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, event)
	if err != nil {
		panic(err)
	}

	// What arrives elsewhere is bytes: the envelope, and a key on file.
	public, err := seal.ParsePublicKey(key.Public().PEM())
	if err != nil {
		panic(err)
	}
	e, err := seal.ParseEnvelope(sealed.Encode())
	if err != nil {
		panic(err)
	}
	fmt.Println(e.Verify(public))

	e.Payload[0] = '['
	fmt.Println(errors.Is(e.Verify(public), seal.ErrSignature))
	// Output:
	// <nil>
	// true
}

func ExampleParseEnvelope() {
	_, err := seal.ParseEnvelope([]byte(`{"payload":"e30","payloadType":"application/cloudevents+json"}`))
	fmt.Println(err)
	// Output:
	// seal: bad base64: payload has 3 characters, which is no multiple of four; standard base64 with padding is wanted, on one line, no unused bits set
}
