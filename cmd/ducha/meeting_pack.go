package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
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

func (a *app) meetingPackCommand() *cobra.Command {
	var q projections.PackQuery
	var tier, on, from, cutoff, out, keyFile, source string
	var verify bool
	c := &cobra.Command{
		Use: "pack [ID|FILE]", Short: "例会材料:截止冻结,可由台账重建 the pack of a meeting, frozen at a cut-off", Args: cobra.MaximumNArgs(1),
		Long: `例会材料:各单位应完成的节点、所报与核实、逾期与缺报,未结交办轮到谁,待决难点,结转的议定事项。
材料只取截止日前的记录,同一查询任何时候、任何机器重建都逐字节一致。-o 写出 pack.json;
给出 --key 与 --as 时签署 meeting.packed.v1,固定其摘要;--verify 由台账重建并比对。

The pack of a meeting: per unit the milestones promised, what was claimed and
verified, what is late; open directives with whose move; blockers to decide; items
carried. With --key and --as it is frozen: a signed statement fixes its digest.
--verify builds frozen packs, or a pack.json, again from the records and compares.`,
		Example: "  ducha meeting pack --on 2024-08-28 --cutoff 2024-08-26\n  ducha meeting pack --on 2024-08-28 --cutoff 2024-08-26 --key keys/units-ggb.pem --as units/ggb -o pack.json\n  ducha meeting pack --verify",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 && !verify {
				return usageError{fmt.Errorf("%q: an id or a file goes with --verify", args[0])}
			}
			q.Tier, q.On, q.From, q.Cutoff = ledger.MeetingTier(tier), ledger.Date(on), ledger.Date(from), ledger.Date(cutoff)
			return a.ask(c.Context(), func(l *client.Client) error {
				switch {
				case verify:
					return a.verifyPacks(c.Context(), l, args)
				case keyFile != "" || source != "":
					if err := errors.Join(required("key", keyFile), required("as", source)); err != nil {
						return err
					}
					return a.freezePack(c.Context(), l, q, keyFile, ledger.PartyID(source), out)
				}
				p, err := a.pack(c.Context(), l, q)
				if err != nil {
					return err
				}
				return a.showPack(p, out)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&tier, "tier", string(ledger.TierMonthly), "层级 monthly|as-needed")
	f.StringVar(&on, "on", "", "会议日期 the meeting's day (default: today)")
	f.StringVar(&from, "from", "", "材料起 its first day (default: the day after the last cut-off)")
	f.StringVar(&cutoff, "cutoff", "", "材料截止 its last day (default: the meeting's day or today)")
	f.Uint64Var(&q.Sequence, "sequence", 0, "截至第几号记录 the last record that it rests on (default: the last)")
	f.StringVarP(&out, "output", "o", "", "写出材料 file for the pack")
	f.StringVar(&keyFile, "key", "", "签署冻结:召集人私钥文件 freeze it: the convener's private key (PKCS#8 PEM)")
	f.StringVar(&source, "as", "", "以何主体签署 who freezes it, such as units/ggb")
	f.BoolVar(&verify, "verify", false, "由台账重建并比对 build frozen packs again and compare")
	return c
}

// pack asks for a pack; its digest is that of its bytes as this version writes them.
func (a *app) pack(ctx context.Context, l *client.Client, q projections.PackQuery) (node.Packed, error) {
	p, err := l.Pack(ctx, q)
	if err == nil && p.Pack.Digest() != p.SHA256 {
		err = &ledger.Error{Class: ledger.Malformed, Rule: "pack.form", Found: "a pack that this version would write otherwise", Want: "a server of the same format, " + projections.PackFormat}
	}
	return p, err
}

func (a *app) showPack(p node.Packed, out string) error {
	if out != "" {
		if err := writeNew(out, p.Pack.Encode()); err != nil {
			return err
		}
	}
	if a.json {
		_, err := fmt.Fprintf(a.Out, "%s\n", p.Pack.Encode())
		return err
	}
	a.packTables(p)
	if out != "" {
		a.printf("已写出 %s", "wrote %s", out)
	}
	a.printf("摘要 %s", "digest %s", p.SHA256)
	return nil
}

func (a *app) packTables(p node.Packed) {
	x := p.Pack
	a.printf("%s材料  会议 %s  期间 %s 至 %s  台账第 %d 条", "pack of the %s meeting of %s  days %s to %s  ledger at %d", a.tier(x.Tier), x.On, x.From, x.Cutoff, x.Sequence)
	t := a.table(a.say("单位", "unit"), a.say("任务", "task"), a.say("灯", "light"), a.say("应完成节点", "promised"), a.say("所报", "claimed"), a.say("核实", "verified"), a.say("逾期", "late"),
		a.say("缺报", "reports missed"), a.say("未结交办", "open directives"), a.say("下期节点", "ahead"))
	for _, u := range x.Units {
		if u.NoLeadTask {
			t.AppendRow(table.Row{a.name(u.Name, u.NameEN), a.say("无牵头任务", "no lead task")})
		}
		for _, k := range u.Tasks {
			t.AppendRow(a.packRow(u, k))
		}
	}
	t.Render()
	a.packDecide(p)
	a.packItems(p)
	s := x.Sums
	a.printf("本期应完成节点 %d,已完成 %d;逾期未完成 %d;缺报 %d;未结交办 %d(超时 %d);待决难点 %d;结转议定事项 %d",
		"milestones promised %d, reached %d; late %d; reports missed %d; open directives %d (late %d); blockers to decide %d; items carried %d",
		s.Promised, s.Reached, s.Late, s.Missed, s.Directives, s.Overdue, s.Decide, s.Carried)
}

func (a *app) packRow(u projections.PackUnit, k projections.PackTask) table.Row {
	light, _ := a.language().LightWords(k.Light.Light)
	claimed, verified := "—", a.say("未核实", "not verified")
	if p := k.Progress.Claimed; p != nil {
		claimed = fmt.Sprintf("%g%%(%s)", p.Percent, p.Period)
	}
	if p := k.Progress.Verified; p != nil {
		verified = fmt.Sprintf("%g%%(%s)", p.Percent, p.Period)
	}
	if len(k.Disputed) > 0 {
		claimed += a.say(",责任单位有异议", ", disputed by a responsible unit")
	}
	var promised, ahead []string
	for _, m := range k.Promised {
		mark := "○"
		if m.Reached != "" {
			mark = "✓"
		}
		promised = append(promised, fmt.Sprintf("%s %s %s", mark, m.Milestone, m.Due))
	}
	for _, m := range k.Ahead {
		ahead = append(ahead, fmt.Sprintf("%s %s", m.Milestone, m.Due))
	}
	var late []string
	for _, m := range k.Late {
		late = append(late, fmt.Sprintf(a.say("%s %d 天", "%s %d days"), m.Milestone, m.LateDays))
	}
	var missed []string
	for _, r := range k.Reports {
		if r.State == projections.Missed {
			missed = append(missed, string(r.Period))
		}
	}
	var open []string
	for _, d := range k.Directives {
		words := fmt.Sprintf("%d %s", d.Directive, a.language().DirectiveWords(d.State))
		if d.Late {
			words += fmt.Sprintf(a.say(" 超 %d 日", " late %d"), d.LateBy)
		}
		open = append(open, words)
	}
	rows := func(list []string) string { return strings.Join(list, "\n") }
	return table.Row{a.name(u.Name, u.NameEN), string(k.Task) + " " + a.name(k.Name, k.NameEN), light, rows(promised), claimed, verified, rows(late), rows(missed), rows(open), rows(ahead)}
}

func (a *app) packDecide(p node.Packed) {
	if len(p.Pack.Decide) == 0 {
		return
	}
	t := a.table(a.say("待决难点", "blockers to decide"), a.say("任务", "task"), a.say("请求", "asked of"), a.say("提出", "raised"), a.say("已等", "waits"), "")
	for _, b := range p.Pack.Decide {
		t.AppendRow(table.Row{b.Blocker, b.Task, b.Asks, b.Raised, fmt.Sprintf(a.say("%d 天", "%d days"), b.Days), a.shown(p.Words[fmt.Sprint(b.Blocker)])})
	}
	t.Render()
}

func (a *app) packItems(p node.Packed) {
	if len(p.Pack.Carried)+len(p.Pack.Settled) == 0 {
		return
	}
	t := a.table(a.say("议定事项", "items"), a.say("编号", "item"), "", a.say("单位", "unit"), a.say("时限", "due"), a.say("结转", "carried"), a.say("落实", "state"))
	for _, i := range append(append([]projections.PackItem{}, p.Pack.Carried...), p.Pack.Settled...) {
		state := a.say("未办结", "open")
		if i.Done > 0 {
			state = fmt.Sprintf(a.say("第 %d 号办结", "done, record %d"), i.Done)
		}
		t.AppendRow(table.Row{fmt.Sprintf("%d (%s)", i.Meeting, i.On), i.Item, a.shown(p.Words[node.ItemKey(i.Meeting, i.Item)]), i.Unit, i.Due, i.Carried, state})
	}
	t.Render()
}

// freezePack signs what fixes the pack's digest.
func (a *app) freezePack(ctx context.Context, l *client.Client, q projections.PackQuery, keyFile string, source ledger.PartyID, out string) error {
	key, err := node.ReadKey(keyFile)
	if err != nil {
		return err
	}
	p, err := a.pack(ctx, l, q)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	body := p.Pack.Frozen()
	s := ledger.Statement{ID: id, Kind: "meeting.packed.v1", Campaign: p.Pack.Campaign, Source: source, Unit: ledger.HQ, Basis: p.Pack.Sequence,
		Time: time.Now().In(ledger.Shanghai).Truncate(time.Second), Body: &body}
	payload := s.Encode()
	if _, err := ledger.Parse(payload); err != nil {
		return err
	}
	if out != "" { // before it is frozen: what nobody has cannot be shown
		if err := writeNew(out, p.Pack.Encode()); err != nil {
			return err
		}
	}
	env, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, payload)
	if err != nil {
		return err
	}
	receipt, _, err := l.Submit(ctx, env.Encode())
	if err != nil {
		return err
	}
	if a.json {
		return a.emit(map[string]any{"id": receipt.ID, "sequence": receipt.Sequence, "sha256": p.SHA256, "rests_on": p.Pack.Sequence, "from": p.Pack.From, "cutoff": p.Pack.Cutoff})
	}
	a.packTables(p)
	a.printf("已冻结  第 %d 号记录 %s\n摘要    %s\n核验    ducha meeting pack --verify %s", "frozen  record %d %s\ndigest  %s\nverify  ducha meeting pack --verify %s",
		receipt.Sequence, receipt.ID, p.SHA256, receipt.ID)
	return nil
}

// verifyPacks builds frozen packs again: all, or the one with an id, or that of a file.
func (a *app) verifyPacks(ctx context.Context, l *client.Client, args []string) error {
	list, err := l.Packs(ctx)
	if err != nil {
		return err
	}
	var ids []string
	for _, p := range list.Packs {
		ids = append(ids, p.ID.String())
	}
	if len(args) == 1 {
		if ids, err = a.packNamed(args[0], list.Packs); err != nil {
			return err
		}
	}
	good := true
	checked := []node.FrozenPack{}
	for _, id := range ids {
		p, err := l.VerifyPack(ctx, id)
		if err != nil {
			return err
		}
		checked = append(checked, p)
		good = good && p.Same
		if !a.json {
			a.saidOfPack(p)
		}
	}
	if a.json {
		if err := a.emit(map[string]any{"packs": checked, "ok": good}); err != nil {
			return err
		}
	} else if len(checked) == 0 {
		a.printf("台账中尚无会议材料", "no pack is on record")
	}
	if !good {
		return errFindings
	}
	return nil
}

// packNamed is the pack with an id, or that whose digest a file has.
func (a *app) packNamed(name string, packs []projections.PackBrief) ([]string, error) {
	if _, err := uuid.Parse(name); err == nil {
		return []string{name}, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, &ledger.Error{Class: ledger.NotFound, Rule: "reference.known", Found: name + " is no file and no id of a pack", Want: "a pack.json, or the id of a meeting.packed.v1"}
	}
	digest := projections.DigestOf(data)
	for _, p := range packs {
		if p.Frozen.SHA256 == digest {
			return []string{p.ID.String()}, nil
		}
	}
	a.printf("✗ 台账中没有冻结过这一摘要的会议材料 %s", "✗ no pack with this digest was frozen: %s", digest)
	return nil, errFindings
}

func (a *app) saidOfPack(p node.FrozenPack) {
	about := fmt.Sprintf(a.say("%s %s(第 %d 号)", "%s %s (record %d)"), a.tier(p.Frozen.Tier), p.Frozen.On, p.Sequence)
	switch {
	case p.Same:
		a.printf("✓ %s\n  由截至第 %d 号的记录重建,摘要一致 %s", "✓ %s\n  built again from the records up to %d: the same digest %s", about, p.Frozen.Records, p.Frozen.SHA256)
	case p.Fault != "":
		a.printf("✗ %s\n  无法重建:%s", "✗ %s\n  it cannot be built again: %s", about, p.Fault)
	default:
		a.printf("✗ %s\n  冻结的摘要 %s\n  重建的摘要 %s", "✗ %s\n  frozen with the digest %s\n  built again it has     %s", about, p.Frozen.SHA256, p.Found)
	}
}
