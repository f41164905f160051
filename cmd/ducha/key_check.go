package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"time"

	"ducha/cmd/internal/client"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"

	"github.com/google/uuid"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

// looked is a certificate as a revocation list has it.
type looked struct {
	Key      seal.KeyID               `json:"key"`
	Party    ledger.PartyID           `json:"party"`
	Subject  string                   `json:"subject"`
	Serial   string                   `json:"serial"`
	Status   ledger.CertificateStatus `json:"status"`
	Note     string                   `json:"note,omitempty"`
	Sequence uint64                   `json:"sequence,omitempty"` // where it went on record
}

func (a *app) keyCheckCommand() *cobra.Command {
	var crl, ca, source, keyFile string
	c := &cobra.Command{
		Use: "check", Short: "按吊销列表核查证书,可签名登记 look certificates up in a revocation list", Args: cobra.NoArgs,
		Example: "  ducha key check --crl crl.pem --ca 根证书.pem\n  ducha key check --crl crl.pem --ca 根证书.pem --as units/办公室 --key 办公室.pem",
		Long: `按发证机构的吊销列表(CRL,自行下载)核查登记在案的证书。列表的签名由 --ca 的证书核验;过了下次更新时间的列表不用。
给出 --as 与 --key 时,把所查到的逐把签名登记(certificate.checked),来源写明列表的时间与摘要。`,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := required("crl", crl); err != nil {
				return err
			}
			if err := required("ca", ca); err != nil {
				return err
			}
			if (source == "") != (keyFile == "") {
				return usageError{fmt.Errorf("--as and --key go together")}
			}
			list, err := readRevocations(crl, ca, time.Now())
			if err != nil {
				return err
			}
			return a.ask(c.Context(), func(l *client.Client) error {
				return a.checkKeys(c.Context(), l, list, ledger.PartyID(source), keyFile)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&crl, "crl", "", "吊销列表文件 file with the revocation list (PEM or DER)")
	f.StringVar(&ca, "ca", "", "发证机构的证书 file with the authority's certificate (PEM)")
	f.StringVar(&source, "as", "", "以何主体登记 who records what was found, such as units/ggb")
	f.StringVar(&keyFile, "key", "", "其私钥文件 their private key")
	return c
}

func readRevocations(crl, ca string, now time.Time) (seal.RevocationList, error) {
	trusted, err := os.ReadFile(ca)
	if err != nil {
		return seal.RevocationList{}, usageError{err}
	}
	authorities, err := seal.ParseAuthorities(trusted)
	if err != nil {
		return seal.RevocationList{}, fmt.Errorf("%s: %w", ca, err)
	}
	data, err := os.ReadFile(crl)
	if err != nil {
		return seal.RevocationList{}, usageError{err}
	}
	list, err := seal.ParseRevocationList(data, authorities)
	if err != nil {
		return list, fmt.Errorf("%s: %w", crl, err)
	}
	if !list.Next.IsZero() && now.After(list.Next) {
		return list, fmt.Errorf("%s: the list of %s was to be followed by another one by %s: fetch that", crl, day(list.From), day(list.Next))
	}
	return list, nil
}

// checkKeys looks every certificate of the list's authority up, and records what was
// found where somebody signs for it.
func (a *app) checkKeys(ctx context.Context, l *client.Client, list seal.RevocationList, source ledger.PartyID, keyFile string) error {
	keys, err := l.Keys(ctx, "")
	if err != nil {
		return err
	}
	found := []looked{}
	for _, k := range keys.Keys {
		c := k.Certificate
		if c == nil || c.Issuer != list.Issuer || k.Revoked != 0 {
			continue
		}
		x := looked{Key: k.Key, Party: k.Party, Subject: c.Subject, Serial: c.Serial, Status: ledger.CertificateGood}
		if since, revoked := list.Revoked(c.Serial); revoked {
			x.Status, x.Note = ledger.CertificateRevoked, "自 "+day(since)+" 起吊销"
		} else if time.Now().After(c.NotAfter) {
			x.Status = ledger.CertificateExpired
		}
		if keyFile != "" {
			if x.Sequence, err = a.recordCheck(ctx, l, keys.Campaign, list, x, source, keyFile); err != nil {
				return err
			}
		}
		found = append(found, x)
	}
	if a.json {
		return a.emit(map[string]any{"campaign": keys.Campaign, "issuer": list.Issuer, "issued": list.From, "sha256": list.SHA256, "certificates": found})
	}
	a.printf("%s 的吊销列表,%s 签发", "revocation list of %s, issued %s", projections.Visible(list.Issuer), day(list.From))
	t := a.table(a.say("主体", "party"), a.say("证书", "certificate"), a.say("序列号", "serial"), a.say("状态", "status"), a.say("登记", "recorded"))
	for _, x := range found {
		record := ""
		if x.Sequence != 0 {
			record = fmt.Sprintf(a.say("第 %d 条", "as %d"), x.Sequence)
		}
		t.AppendRow(table.Row{x.Party, projections.Visible(x.Subject), x.Serial, a.language().CertificateStatusWords(x.Status), record})
	}
	t.Render()
	return nil
}

// recordCheck puts what was found on record.
func (a *app) recordCheck(ctx context.Context, l *client.Client, campaign ledger.LocalID, list seal.RevocationList, x looked, source ledger.PartyID, keyFile string) (uint64, error) {
	key, err := node.ReadKey(keyFile)
	if err != nil {
		return 0, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return 0, err
	}
	unit, ok := x.Party.Unit()
	if !ok {
		unit = ledger.HQ
	}
	now := time.Now().In(ledger.Shanghai).Truncate(time.Second)
	s := ledger.Statement{ID: id, Kind: "certificate.checked.v1", Campaign: campaign, Source: source, Unit: unit, Time: now,
		Body: &ledger.CertificateChecked{Key: ledger.Digest(x.Key), Status: x.Status, Checked: ledger.DateOf(now), Note: ledger.Text(x.Note),
			Source: ledger.Line(fmt.Sprintf("CRL %s SHA-256 %s", list.From.In(ledger.Shanghai).Format(time.RFC3339), list.SHA256))}}
	payload := s.Encode()
	if _, err := ledger.Parse(payload); err != nil {
		return 0, err
	}
	env, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, payload)
	if err != nil {
		return 0, err
	}
	receipt, _, err := l.Submit(ctx, env.Encode())
	return receipt.Sequence, err
}
