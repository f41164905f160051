package ledger

import "github.com/invopop/jsonschema"

// Certificates are an X.509 certificate with those of its issuers, as PEM blocks
// CERTIFICATE one after the other, the certificate itself first: at most 12,000
// characters, which is room for three or four.
type Certificates string

func (Certificates) JSONSchema() *jsonschema.Schema { return text(12_000, textPattern) }

// CertificateChecked (证书状态) is the status of an enrolled key's certificate as
// somebody found it on a day, at the revocation list or the responder of whoever
// issued it. The ledger itself asks nobody: it says what was found, and by whom.
type CertificateChecked struct {
	Key     Digest            `json:"key" jsonschema:"title=公钥编号"`
	Status  CertificateStatus `json:"status" jsonschema:"title=状态,enum=good,enum=revoked,enum=expired,enum=unknown"`
	Checked Date              `json:"checked" jsonschema:"title=查询日期"`
	Source  Line              `json:"source" jsonschema:"title=查询来源(CRL、OCSP 或发证机构)"`
	Note    Text              `json:"note,omitempty" jsonschema:"title=说明"`
}

// CertificateStatus (证书状态) is what whoever issued a certificate says of it.
type CertificateStatus string

const (
	CertificateGood    CertificateStatus = "good"    // 有效
	CertificateRevoked CertificateStatus = "revoked" // 已吊销
	CertificateExpired CertificateStatus = "expired" // 已过期
	CertificateUnknown CertificateStatus = "unknown" // 查不到
)
