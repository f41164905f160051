package access

import (
	"ducha/ledger/seal"
	"ducha/projections"
)

// Standing (密钥状态) is how a key stands with the ledger, in one word: it tells whoever
// waits to be enrolled, and nothing of whose key it is. Whoever names a key has seen it.
type Standing string

const (
	NotEnrolled Standing = "not-enrolled" // 未登记
	InForce     Standing = "in-force"     // 在用
	Revoked     Standing = "revoked"      // 已吊销
	Lapsed      Standing = "lapsed"       // 证书失效: its certificate is not good now
)

// Standing is how a key stands now; the charter's own keys are no officer's.
func (g *Guard) Standing(id seal.KeyID) (s Standing) {
	g.View.Read(func(c *projections.Campaign, _ uint64) {
		key, ok := c.Keyring.Keys[id]
		switch {
		case !ok || key.Party == "root" || key.Party == "ledger":
			s = NotEnrolled
		case key.Revoked != nil:
			s = Revoked
		case !stands(c, key, c.Now(g.Clock())):
			s = Lapsed
		default:
			s = InForce
		}
	})
	return s
}
