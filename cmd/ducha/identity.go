package main

import (
	"fmt"
	"strings"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/client"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

// identity says by which names a unit was known, who holds its posts, and for
// whom it acts.
func (a *app) identity(u projections.UnitStatus) {
	var names []string
	for _, n := range u.Former {
		names = append(names, fmt.Sprintf(a.say("%s(至 %s)", "%s (until %s)"), n.Name, n.Until))
	}
	for _, line := range []struct{ zh, en, words string }{
		{"曾用名  %s", "formerly %s", strings.Join(names, a.say("、", ", "))},
		{"别名    %s", "also     %s", strings.Join(u.Aliases, a.say("、", ", "))},
		{"任职    %s", "office   %s", a.language().HolderWords(u.Holders)},
		{"承继    %s", "duties   %s", a.language().DutyWords(u)},
	} {
		if line.words != "" {
			a.printf(line.zh, line.en, projections.Visible(line.words))
		}
	}
}

// aliases are the other spellings that find a task.
func (a *app) aliases(t projections.TaskStatus) string {
	var names []string
	for _, n := range t.Aliases {
		names = append(names, projections.Visible(string(n)))
	}
	return strings.Join(names, a.say("、", ", "))
}

// signer says who signed: the party, who held its posts on that day, and how the
// key's certificate stood.
func (a *app) signer(s api.Statement) string {
	parts := []string{string(s.Source)}
	if s.Signer != nil {
		if words := a.language().HolderWords(s.Signer.InOffice); words != "" {
			parts = append(parts, words)
		}
		if c := s.Signer.Certificate; c != nil {
			parts = append(parts, fmt.Sprintf(a.say("证书%s", "certificate %s"), a.language().CertificateWords(*c)))
		}
	}
	for i := range parts {
		parts[i] = projections.Visible(parts[i])
	}
	return strings.Join(parts, "\n")
}

func (a *app) keyListCommand() *cobra.Command {
	var asOf string
	c := &cobra.Command{
		Use: "list", Short: "登记在案的公钥与证书 keys on record, with their certificates", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				keys, err := l.Keys(c.Context(), asOf)
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(keys)
				}
				a.standing(keys.Standing)
				a.keyTable(keys.Keys)
				return nil
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	return c
}

func (a *app) keyTable(keys []projections.KeyStatus) {
	t := a.table(a.say("公钥", "key"), a.say("算法", "algorithm"), a.say("主体", "party"), a.say("持有人", "holder"), a.say("证书", "certificate"), a.say("有效期", "dates"), a.say("状态", "status"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 5, WidthMax: 40, WidthMaxEnforcer: text.WrapSoft}})
	for _, k := range keys {
		row := table.Row{fmt.Sprintf("%.12s…", k.Key), k.Algorithm, k.Party, projections.Visible(k.Holder), a.say("无", "none"), "", a.say("在用", "in force")}
		if c := k.Certificate; c != nil {
			issuer := c.Issuer
			if c.SelfSigned {
				issuer = a.say("自签", "self-signed")
			}
			row[4] = fmt.Sprintf(a.say("%s\n签发 %s", "%s\nissued by %s"), projections.Visible(c.Subject), projections.Visible(issuer))
			row[5] = fmt.Sprintf("%s\n%s", day(c.NotBefore), day(c.NotAfter))
			row[6] = projections.Visible(a.language().CertificateWords(*c))
		}
		if k.Revoked != 0 {
			row[6] = fmt.Sprintf(a.say("第 %d 条吊销", "revoked by %d"), k.Revoked)
		}
		t.AppendRow(row)
	}
	t.Render()
}
