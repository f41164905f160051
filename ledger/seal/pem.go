package seal

import (
	"bytes"
	"encoding/asn1"
	"encoding/pem"
)

// The DER of a key is these bytes and the key: both formats leave no choice,
// so one key has one encoding, and one KeyID.
const (
	// SubjectPublicKeyInfo, RFC 8410 section 4: 32 bytes of key follow.
	ed25519SPKI = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"
	// SubjectPublicKeyInfo, RFC 5480 section 2, id-ecPublicKey with the named
	// curve 1.2.156.10197.1.301: the 65 bytes of an uncompressed point follow.
	sm2SPKI = "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" +
		"\x06\x08\x2a\x81\x1c\xcf\x55\x01\x82\x2d\x03\x42\x00"
	// PrivateKeyInfo, RFC 8410 section 7: the 32 bytes of the seed follow.
	ed25519PKCS8 = "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"
	// PrivateKeyInfo around an ECPrivateKey (RFC 5915): the 32 bytes of the
	// private number follow, then sm2PKCS8Public and the uncompressed point.
	sm2PKCS8 = "\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" +
		"\x06\x08\x2a\x81\x1c\xcf\x55\x01\x82\x2d\x04\x6d\x30\x6b\x02\x01\x01\x04\x20"
	sm2PKCS8Public = "\xa1\x44\x03\x42\x00"
)

const (
	publicBlock  = "PUBLIC KEY"
	privateBlock = "PRIVATE KEY"
)

// parsePEM gives the DER of the one PEM block in data, which must be of the type
// and have nothing but white space around it.
func parsePEM(data []byte, blockType string) ([]byte, error) {
	data = bytes.TrimSpace(data)
	begin := []byte("-----BEGIN ")
	if n := bytes.Count(data, begin); n > 1 {
		return nil, fail(ErrKey, "%d PEM blocks found; exactly one %q is wanted", n, blockType)
	}
	if !bytes.HasPrefix(data, begin) {
		return nil, fail(ErrKey, "%.20q found; a PEM block %q is wanted, with nothing before it", data, blockType)
	}
	block, rest := pem.Decode(data)
	switch {
	case block == nil:
		return nil, fail(ErrKey, "the PEM block is broken; from -----BEGIN %s----- to the END line it must be base64", blockType)
	case len(rest) != 0:
		return nil, fail(ErrKey, "%.20q found after the PEM block; only white space may follow it", rest)
	case block.Type != blockType:
		return nil, fail(ErrKey, "a PEM block %.40q found; %q is wanted%s", block.Type, blockType, remedy(block.Type, blockType))
	case len(block.Headers) != 0:
		return nil, fail(ErrKey, "the PEM block has headers; a plain one is wanted")
	}
	return block.Bytes, nil
}

// remedy is the command that makes the block that is wanted out of the one found.
func remedy(found, wanted string) string {
	switch {
	case wanted == publicBlock && found != "CERTIFICATE":
		return ` (openssl pkey -in key.pem -pubout)`
	case wanted == publicBlock:
		return ` (openssl x509 -in cert.pem -noout -pubkey)`
	case found == "ENCRYPTED PRIVATE KEY" || found == "EC PRIVATE KEY":
		return ` (openssl pkey -in key.pem -out plain.pem)`
	default:
		return ""
	}
}

// keyAlgorithm is the AlgorithmIdentifier of X.509.
type keyAlgorithm struct {
	Algorithm  asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

// refusePublic says why der is none of the two forms of a public key.
func refusePublic(der []byte) error {
	var info struct {
		Algorithm keyAlgorithm
		Key       asn1.BitString
	}
	rest, err := asn1.Unmarshal(der, &info)
	return refuseDER(info.Algorithm, rest, err, "SubjectPublicKeyInfo")
}

// refusePrivate says why der is none of the two forms of a private key.
func refusePrivate(der []byte) error {
	var info struct {
		Version   int
		Algorithm keyAlgorithm
		Key       []byte
		Rest      []asn1.RawValue `asn1:"optional,set,tag:0"`
	}
	rest, err := asn1.Unmarshal(der, &info)
	return refuseDER(info.Algorithm, rest, err, "PKCS#8")
}

func refuseDER(found keyAlgorithm, rest []byte, err error, format string) error {
	const accepted = "Ed25519 and SM2 (id-ecPublicKey with the named curve SM2) are accepted"
	switch name := found.name(); {
	case err != nil:
		return fail(ErrKey, "not DER of a %s: %v", format, err)
	case len(rest) != 0:
		return fail(ErrKey, "%d bytes found after the DER of the key; none may follow it", len(rest))
	case name == string(Ed25519) || name == string(SM2):
		return fail(ErrKey, "the %s key is not in the canonical %s form that openssl genpkey and pkey write: no attributes, nothing left out, an SM2 point uncompressed (openssl ec -conv_form uncompressed)",
			name, format)
	default:
		return fail(ErrAlgorithm, "%s found; %s", name, accepted)
	}
}

// name is what people call the algorithm, or its object identifier.
func (a keyAlgorithm) name() string {
	switch oid := a.Algorithm.String(); oid {
	case "1.3.101.112":
		return string(Ed25519)
	case "1.3.101.110":
		return "X25519"
	case "1.3.101.113":
		return "Ed448"
	case "1.2.840.113549.1.1.1":
		return "RSA"
	case "1.2.840.10045.2.1":
		return a.curve()
	default:
		return "algorithm " + oid
	}
}

func (a keyAlgorithm) curve() string {
	var oid asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(a.Parameters.FullBytes, &oid); err != nil {
		return "an elliptic curve that is not named"
	}
	switch oid.String() {
	case "1.2.156.10197.1.301":
		return string(SM2)
	case "1.2.840.10045.3.1.7":
		return "P-256"
	case "1.3.132.0.34":
		return "P-384"
	case "1.3.132.0.35":
		return "P-521"
	case "1.3.132.0.10":
		return "secp256k1"
	default:
		return "elliptic curve " + oid.String()
	}
}
