package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/console"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/seeds"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the year answers anew")

// TestYear runs docs/year.md: a year of the campaign through the public doors,
// every role with a key of its own, in which each rule of the field is met; and
// docs/traps.md, what a newcomer to the field gets wrong. The lines of their
// blocks are
//
//	opening FROM TO                     the plan's opening, signed by root and office
//	party WHO NAME [ROLE...]            registered, its key enrolled, its roles granted, by the office
//	DAY TIME WHO KIND ABOUT [as=x] DATA a statement, submitted over HTTP; ABOUT is a task, units/UNIT or campaign
//	monthly DAY TIME PERIOD TASK=PERCENT...  each lead unit's report for the month
//	GET PATH : FIELD...                 fields of an answer
//	$ ducha ... [> FILE]                the command line, asking the server; ./FILE is a file of the year's own
//	edit FILE OLD => NEW                a file is changed by hand
//
// and what was answered, with -> before it. Run with -update it is written anew.
func TestYear(t *testing.T) { tell(t, "../../docs/year.md") }

func TestTraps(t *testing.T) { tell(t, "../../docs/traps.md") }

func tell(t *testing.T, page string) {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	y := newYear(t)
	got := y.run(string(text))
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(got), 0o644))
		return
	}
	assert.Equal(t, string(text), got)
}

// year is a served ledger whose clock the script sets.
type year struct {
	t     *testing.T
	node  *node.Node
	base  string
	dir   string
	now   atomic.Pointer[time.Time]
	made  int
	ids   map[string]string
	names *strings.Replacer
	pairs []string
}

func newYear(t *testing.T) *year {
	t.Helper()
	y := &year{t: t, dir: t.TempDir(), ids: map[string]string{}, names: strings.NewReplacer()}
	y.set("2024-01-01", "08:00")
	data := filepath.Join(y.dir, "ledger")
	options := node.Options{Dir: data, Clock: func() time.Time { return *y.now.Load() }}
	require.NoError(t, node.Create(t.Context(), data, seeds.JiAn().Campaign, yearKey("ledger"), options))
	n, err := node.Open(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close()) })
	y.node = n
	ctx, stop := context.WithCancel(context.Background())
	l, err := api.Listen(ctx, "127.0.0.1:0", "", "")
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() {
		done <- api.Serve(ctx, l, console.Handler(n, api.GuardOf(n, true), api.With(n, api.Options{})))
	}()
	t.Cleanup(func() { stop(); require.NoError(t, <-done) })
	y.base = "http://" + l.Addr().String()
	return y
}

// yearKey is a party's key in the script, the same one every time. The office and
// an outside authority sign with SM2, the others with Ed25519.
func yearKey(party string) seal.PrivateKey {
	alg := seal.Ed25519
	if party == "units/ggb" || party == "authorities/jiwei" {
		alg = seal.SM2
	}
	key, err := seal.NewKey(alg, sha256.Sum256([]byte("year "+party)))
	if err != nil {
		panic(err)
	}
	return key
}

func (y *year) set(day, clock string) {
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, ledger.Shanghai)
	require.NoError(y.t, err)
	if now := y.now.Load(); now != nil {
		require.False(y.t, at.Before(*now), "%s %s: the ledger's clock does not run backwards", day, clock)
	}
	y.now.Store(&at)
}

// run gives the text again, with what is answered now.
func (y *year) run(text string) string {
	var out strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "```") {
			inside = strings.HasPrefix(line, "```year")
		}
		if inside && strings.HasPrefix(line, "->") {
			continue
		}
		out.WriteString(line + "\n")
		if !inside || line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "```") {
			continue
		}
		for answer := range strings.Lines(y.line(line)) {
			out.WriteString(strings.TrimRight("-> "+strings.TrimRight(answer, "\n"), " ") + "\n")
		}
	}
	return out.String()
}

func (y *year) line(line string) string {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "opening":
		return y.opening(strings.Fields(rest))
	case "party":
		return y.party(strings.Fields(rest))
	case "edit":
		return y.edit(rest)
	case "monthly":
		return y.monthly(strings.Fields(rest))
	case "GET":
		return y.get(rest)
	case "$":
		return y.command(rest)
	}
	f := regexp.MustCompile(`^(\S+) (\S+) (\S+) (\S+) (\S+)(?: as=(\S+))? (\{.*\})$`).FindStringSubmatch(line)
	require.NotNil(y.t, f, "no step: %s", line)
	y.set(f[1], f[2])
	status, answer, id := y.say(f[3], f[4], f[5], f[7])
	if status < 300 && f[6] != "" {
		y.ids[f[6]] = id
		y.pairs = append(y.pairs, id, "$"+f[6])
		y.names = strings.NewReplacer(y.pairs...)
	}
	return answer
}

// opening submits what opens a ledger of the plan.
func (y *year) opening(f []string) string {
	pem := func(p string) ledger.Text { return ledger.Text(yearKey(p).Public().PEM()) }
	plan := seeds.JiAn()
	charter := ledger.CharterAdopted{Campaign: plan.Campaign, Title: ledger.Line(plan.Title), TitleEN: ledger.Line(plan.TitleEN), Basis: ledger.Line(plan.Basis),
		Clock: ledger.ClockRecorded, From: ledger.Date(f[0]), To: ledger.Date(f[1]), RootKey: pem("root"), LedgerKey: pem("ledger")}
	said := seeds.Opening(plan, charter, pem("units/"+string(plan.Headquarters.Office)))
	for _, s := range said {
		status, answer, _ := y.submit(string(s.By), ledger.Statement{Kind: ledger.KindOf(s.Body), Unit: s.Unit, Task: s.Task, Body: s.Body})
		require.Equal(y.t, http.StatusCreated, status, answer)
	}
	return fmt.Sprintf("recorded 1 to %d", len(said))
}

// party registers whoever is not registered yet, enrols the key and grants roles.
func (y *year) party(f []string) string {
	id := ledger.PartyID(f[0])
	unit, isUnit := id.Unit()
	if !isUnit {
		unit = ledger.HQ
	}
	office := "units/" + string(seeds.JiAn().Headquarters.Office)
	bodies := []any{&ledger.KeyEnrolled{Party: id, PublicKey: ledger.Text(yearKey(f[0]).Public().PEM()), Holder: ledger.Line(f[1] + "经办人")}}
	if !isUnit {
		bodies = append([]any{&ledger.UnitRegistered{Party: id, Name: ledger.Line(f[1])}}, bodies...)
	}
	for _, role := range f[2:] {
		bodies = append(bodies, &ledger.RoleGranted{Party: id, Role: ledger.Role(role), Basis: "指挥部名单"})
	}
	var answer string
	for _, b := range bodies {
		status, said, _ := y.submit(office, ledger.Statement{Kind: ledger.KindOf(b), Unit: unit, Body: b})
		require.Equal(y.t, http.StatusCreated, status, said)
		answer = said
	}
	return answer
}

// monthly has the lead units report.
func (y *year) monthly(f []string) string {
	y.set(f[0], f[1])
	var first, answer string
	for _, report := range f[3:] {
		task, percent, _ := strings.Cut(report, "=")
		_, unit := y.about(task)
		status, said, _ := y.say("units/"+unit, "progress.reported.v1", task, fmt.Sprintf(`{"period":%q,"percent":%s,"summary":"%s:%s,累计%s%%。"}`, f[2], percent, taskNames[task], done[f[2][5:]], percent))
		require.Equal(y.t, http.StatusCreated, status, said)
		if answer = said; first == "" {
			first = said
		}
	}
	return first + " to" + strings.TrimPrefix(answer, "201 recorded")
}

// done is what the monthly reports say was done, and taskNames of what.
var (
	done = map[string]string{"01": "完成摸底", "02": "印发方案", "03": "成立专班", "04": "首批事项上线", "05": "逐县调度", "06": "半年小结",
		"07": "补齐短板", "08": "开展自查", "09": "第三方评估", "10": "整改问题", "11": "组织验收", "12": "全年总结"}
	taskNames = func() map[string]string {
		names := map[string]string{}
		for _, t := range seeds.JiAn().Tasks {
			names[string(t.ID)] = t.Name
		}
		return names
	}()
)

// say parses a step's data, names put in, and submits it.
func (y *year) say(who, kind, about, data string) (status int, answer, id string) {
	for name, id := range y.ids {
		data = regexp.MustCompile(`\$`+name+`\b`).ReplaceAllLiteralString(data, id)
	}
	data = regexp.MustCompile(`\$key:([a-z0-9/#-]+)`).ReplaceAllStringFunc(data, func(s string) string {
		quoted, err := json.Marshal(string(yearKey(s[len("$key:"):]).Public().PEM()))
		require.NoError(y.t, err)
		return strings.Trim(string(quoted), `"`)
	})
	data = regexp.MustCompile(`\$keyid:([a-z0-9/#-]+)`).ReplaceAllStringFunc(data, func(s string) string {
		return string(yearKey(s[len("$keyid:"):]).Public().ID())
	})
	require.NotContains(y.t, data, `"$`, "a name that no step has")
	subject, unit := y.about(about)
	source, key, _ := strings.Cut(who, "+") // WHO+KEY: signed with the key of KEY
	if key == "" {
		key = source
	}
	y.made++
	id = fmt.Sprintf("018e0b1c-0000-7000-8000-%012x", y.made)
	head, err := json.Marshal(map[string]any{"specversion": "1.0", "id": id, "type": kind, "source": "/" + string(y.node.Campaign()) + "/" + source,
		"subject": subject, "unit": unit, "time": y.node.Clock().Format(time.RFC3339), "datacontenttype": "application/json", "basis": 0})
	require.NoError(y.t, err)
	status, answer = y.post(key, append(bytes.TrimSuffix(head, []byte("}")), `,"data":`+data+"}"...))
	return status, answer, id
}

func (y *year) about(s string) (subject, unit string) {
	switch u, isUnit := strings.CutPrefix(s, "units/"); {
	case s == "campaign":
		return s, "hq"
	case isUnit:
		return s, u
	}
	task, unit, named := strings.Cut(s, "@")
	if !named {
		for _, t := range seeds.JiAn().Tasks {
			if string(t.ID) == task {
				unit = string(t.Lead)
			}
		}
	}
	return "tasks/" + task, unit
}

func (y *year) submit(by string, s ledger.Statement) (int, string, string) {
	y.made++
	s.ID = uuid.MustParse(fmt.Sprintf("018e0b1c-0000-7000-8000-%012x", y.made))
	s.Campaign, s.Source, s.Time = y.node.Campaign(), ledger.PartyID(by), y.node.Clock()
	status, answer := y.post(by, s.Encode())
	return status, answer, s.ID.String()
}

// post signs a payload and submits it over HTTP, as curl would.
func (y *year) post(key string, payload []byte) (int, string) {
	env, err := seal.Seal(rand.Reader, yearKey(key), seal.PayloadTypeStatement, payload)
	require.NoError(y.t, err)
	r, err := http.Post(y.base+"/api/v1/statements", "application/json", bytes.NewReader(env.Encode()))
	require.NoError(y.t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	require.NoError(y.t, err)
	if r.StatusCode >= 300 {
		var p api.Problem
		require.NoError(y.t, json.Unmarshal(body, &p), string(body))
		return r.StatusCode, y.plain(fmt.Sprintf("%d %s %s(%s): found %s; accepted would be %s", r.StatusCode, p.Rule, p.Says, p.Cite, p.Found, p.Want))
	}
	var receipt struct {
		Sequence uint64 `json:"sequence"`
	}
	require.NoError(y.t, json.Unmarshal(body, &receipt), string(body))
	require.NotZero(y.t, receipt.Sequence, string(body))
	return r.StatusCode, fmt.Sprintf("%d recorded %d", r.StatusCode, receipt.Sequence)
}

// plain puts names for what differs from run to run or says nothing.
func (y *year) plain(s string) string {
	s = y.names.Replace(s)
	s = strings.ReplaceAll(s, y.base, "http://127.0.0.1:8420")
	s = strings.ReplaceAll(s, y.dir, "")
	return regexp.MustCompile(`\b[0-9a-f]{64}\b`).ReplaceAllString(s, "<digest>")
}

// get asks over HTTP; fields are dotted paths, a number is an element.
func (y *year) get(rest string) string {
	path, fields, _ := strings.Cut(rest, " : ")
	for name, id := range y.ids {
		path = strings.ReplaceAll(path, "$"+name, id)
	}
	r, err := http.Get(y.base + path)
	require.NoError(y.t, err)
	defer r.Body.Close()
	var body any
	require.NoError(y.t, json.NewDecoder(r.Body).Decode(&body))
	var out []string
	for field := range strings.FieldsSeq(fields) {
		v, err := json.Marshal(at(body, strings.Split(field, ".")))
		require.NoError(y.t, err)
		out = append(out, field+"="+string(v))
	}
	return y.plain(fmt.Sprintf("%d %s", r.StatusCode, strings.Join(out, " ")))
}

// edit changes a file as somebody would by hand.
func (y *year) edit(rest string) string {
	name, change, _ := strings.Cut(rest, " ")
	before, after, _ := strings.Cut(change, " => ")
	file := filepath.Join(y.dir, name)
	data, err := os.ReadFile(file)
	require.NoError(y.t, err)
	require.Contains(y.t, string(data), before)
	require.NoError(y.t, os.WriteFile(file, bytes.ReplaceAll(data, []byte(before), []byte(after)), 0o644))
	return "edited"
}

func at(v any, path []string) any {
	for i, name := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			if name == "*" {
				var all []any
				for _, e := range x {
					all = append(all, at(e, path[i+1:]))
				}
				return all
			}
			var n int
			if _, err := fmt.Sscanf(name, "%d", &n); err != nil || n >= len(x) {
				return nil
			}
			v = x[n]
		default:
			return nil
		}
	}
	return v
}

// command runs the command line against the server, in the year's own folder.
func (y *year) command(line string) string {
	args, keep, _ := strings.Cut(line, " | tail -n ")
	words := strings.Fields(args)
	require.Equal(y.t, "ducha", words[0])
	var file string
	if i := slices.Index(words, ">"); i > 0 {
		file, words = words[i+1], words[:i]
	}
	for i, w := range words {
		if name, ok := strings.CutPrefix(w, "$"); ok {
			words[i] = y.ids[name]
		}
		if name, ok := strings.CutPrefix(w, "./"); ok {
			words[i] = filepath.Join(y.dir, name)
		}
	}
	var out bytes.Buffer
	m := &Main{In: strings.NewReader(""), Out: &out, Err: &out, Args: append([]string{"--server", y.base}, words[1:]...)}
	code := m.Run(y.t.Context())
	if file != "" {
		require.Zero(y.t, code, out.String())
		require.NoError(y.t, os.WriteFile(filepath.Join(y.dir, file), out.Bytes(), 0o644))
		return fmt.Sprintf("%d lines", strings.Count(out.String(), "\n"))
	}
	lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
	var n int
	if _, err := fmt.Sscanf(keep, "%d", &n); err == nil && n < len(lines) {
		lines = lines[len(lines)-n:]
	}
	if code != 0 {
		lines = append(lines, fmt.Sprintf("(exit code %d)", code))
	}
	return y.plain(strings.Join(lines, "\n"))
}
