package commands_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"ducha/commands"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the transcripts answer anew")

// The transcripts in testdata say what the rules admit and refuse. They are read
// like code; run with -update, the answers (the lines with ->) are written anew.
//
//	# a remark, or the sentence of the plan or the decree that is held
//	== a case, which starts from an empty ledger
//	given NAME             the steps of testdata/given/NAME.txt
//	given                  the steps below are recorded, or the test fails
//	when                   the steps below are answered
//	TIME WHO KIND ABOUT [OPTION...] DATA
//	party WHO NAME [ROLE]  registers a party, enrols its key, grants its role
//
// ABOUT is campaign, units/UNIT, a task, or TASK@UNIT for another unit than the
// task's lead. DATA is JSON; in it $x is the id of the step with the option as=x,
// $key:NAME a public key and $keyid:NAME its id, and $cert:NAME:FROM:TO a certificate of it with its dates. Options: as=NAME, key=NAME (signed with the
// key of NAME), id=NAME (the id of an earlier step), at=TIME (the claimed time),
// basis=N, and !ATTRIBUTE=VALUE for an attribute of the event.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			got := transcribe(t, string(want))
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				return
			}
			assert.Equal(t, string(want), got)
		})
	}
}

// world is a ledger in memory: what the driver of the transcripts and the other
// tests of this package run statements through.
type world struct {
	t     testing.TB
	fold  *projections.Fold[projections.Campaign]
	ids   map[string]uuid.UUID // by the name of a step
	names map[string]string    // ids and key ids, back to their names
	clock time.Time
	made  int
	log   []ledger.Record
}

func newWorld(t testing.TB) *world {
	return &world{t: t, fold: projections.NewFold(projections.CampaignProjection()), ids: map[string]uuid.UUID{}, names: map[string]string{}}
}

func transcribe(t testing.TB, text string) string {
	var out strings.Builder
	w, given := newWorld(t), false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "->") {
			continue
		}
		out.WriteString(line + "\n")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "=="):
			w, given = newWorld(t), false
		case line == "given" || line == "when":
			given = line == "given"
		case strings.HasPrefix(line, "given "):
			w.given(strings.TrimPrefix(line, "given "))
		default:
			answer := w.line(line)
			if given {
				require.True(t, strings.HasPrefix(answer, "recorded"), "%s\n%s", line, answer)
			} else {
				out.WriteString("-> " + answer + "\n")
			}
		}
	}
	return out.String()
}

// given runs the steps of a file; a comma adds words to put for others.
func (w *world) given(name string) {
	name, declared := strings.CutSuffix(name, ", clock declared")
	text, err := os.ReadFile(filepath.Join("testdata", "given", name+".txt"))
	require.NoError(w.t, err)
	if declared {
		text = bytes.Replace(text, []byte(`"clock":"recorded"`), []byte(`"clock":"declared"`), 1)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			answer := w.line(line)
			require.True(w.t, strings.HasPrefix(answer, "recorded"), "%s\n%s", line, answer)
		}
	}
}

func (w *world) line(line string) string {
	if rest, ok := strings.CutPrefix(line, "party "); ok {
		return w.party(strings.Fields(rest))
	}
	return w.answer(w.step(line))
}

// party is three statements by the root key, at the ledger's clock.
func (w *world) party(f []string) string {
	about := "units/hq"
	if strings.HasPrefix(f[0], "units/") {
		about = f[0]
	}
	at := w.clock.In(ledger.Shanghai).Format("2006-01-02T15:04:05")
	steps := []string{
		fmt.Sprintf(`%s root unit.registered.v1 %s {"party":%q,"name":%q,"member":true}`, at, about, f[0], f[1]),
		fmt.Sprintf(`%s root key.enrolled.v1 %s {"party":%q,"public_key":"$key:%s","holder":%q}`, at, about, f[0], f[0], f[1]+"经办人"),
	}
	for _, role := range f[2:] {
		steps = append(steps, fmt.Sprintf(`%s root role.granted.v1 %s {"party":%q,"role":%q}`, at, about, f[0], role))
	}
	var answer string
	for _, s := range steps {
		answer = w.answer(w.step(s))
		require.True(w.t, strings.HasPrefix(answer, "recorded"), "%s\n%s", s, answer)
	}
	return answer
}

// submission is a step as a door would have it.
type submission struct {
	payload []byte
	key     seal.PrivateKey
	now     time.Time
	name    string
	id      uuid.UUID
}

var (
	stepPattern = regexp.MustCompile(`^(\S+) (\S+) (\S+) (\S+)((?: [!a-z]+=\S+)*) (.*)$`)
	keyName     = regexp.MustCompile(`\$key:([A-Za-z0-9/#-]+)`)
	certName    = regexp.MustCompile(`\$cert:([A-Za-z0-9/#-]+):(\d{4}-\d\d-\d\d):(\d{4}-\d\d-\d\d)`)
	keyIDName   = regexp.MustCompile(`\$keyid:([A-Za-z0-9/#-]+)`)
	stepName    = regexp.MustCompile(`\$([a-z][A-Za-z0-9]*)`)
)

func (w *world) step(line string) submission {
	f := stepPattern.FindStringSubmatch(line)
	require.NotNil(w.t, f, "no step: %s", line)
	w.made++
	s := submission{now: when(w.t, f[1]), key: testKey(w.t, f[2]), id: uuid.MustParse(fmt.Sprintf("018e0b1c-0000-7000-8000-%012x", w.made))}
	subject, unit := w.about(f[4])
	attributes := map[string]any{
		"specversion": "1.0", "type": f[3], "source": "/ja2023/" + f[2], "subject": subject, "unit": unit,
		"time": s.now.Format(time.RFC3339), "datacontenttype": "application/json", "basis": 0,
	}
	for o := range strings.FieldsSeq(f[5]) {
		name, value, _ := strings.Cut(o, "=")
		switch name {
		case "as":
			s.name = value
		case "key":
			s.key = testKey(w.t, value)
		case "id":
			s.id = w.ids[value]
		case "at":
			attributes["time"] = when(w.t, value).Format(time.RFC3339)
		case "basis":
			n, err := strconv.Atoi(value)
			require.NoError(w.t, err)
			attributes["basis"] = n
		default:
			require.True(w.t, strings.HasPrefix(name, "!"), "option %s", o)
			attributes[name[1:]] = value
		}
	}
	if _, ok := attributes["id"]; !ok {
		attributes["id"] = s.id.String()
	}
	head, err := json.Marshal(attributes, json.Deterministic(true))
	require.NoError(w.t, err)
	s.payload = append(bytes.TrimSuffix(head, []byte("}")), (`,"data":` + w.data(f[6]) + "}")...)
	w.clock = s.now
	return s
}

// about is the subject and the unit of a statement.
func (w *world) about(s string) (subject, unit string) {
	switch u, isUnit := strings.CutPrefix(s, "units/"); {
	case s == "campaign":
		return s, "hq"
	case isUnit:
		return s, u
	}
	task, unit, named := strings.Cut(s, "@")
	if t := w.fold.State.Tasks[ledger.TaskID(task)]; !named && t != nil {
		unit = string(t.Lead)
	} else if !named {
		unit = "hq"
	}
	return "tasks/" + task, unit
}

func (w *world) data(text string) string {
	text = keyIDName.ReplaceAllStringFunc(text, func(s string) string {
		return string(testKey(w.t, strings.TrimPrefix(s, "$keyid:")).Public().ID())
	})
	text = certName.ReplaceAllStringFunc(text, func(s string) string {
		f := certName.FindStringSubmatch(s)
		pem, err := jsontext.AppendQuote(nil, testCertificate(w.t, f[1], ledger.Date(f[2]), ledger.Date(f[3])))
		require.NoError(w.t, err)
		return strings.Trim(string(pem), `"`)
	})
	text = keyName.ReplaceAllStringFunc(text, func(s string) string {
		pem, err := jsontext.AppendQuote(nil, string(testKey(w.t, strings.TrimPrefix(s, "$key:")).Public().PEM()))
		require.NoError(w.t, err)
		return strings.Trim(string(pem), `"`)
	})
	return stepName.ReplaceAllStringFunc(text, func(s string) string {
		id, ok := w.ids[s[1:]]
		require.True(w.t, ok, "no step %s", s)
		return id.String()
	})
}

// answer parses, admits and records, as the door and the writer do.
func (w *world) answer(s submission) string {
	signer := s.key.Public().ID()
	w.names[string(signer)] = "the key of its holder"
	statement, err := ledger.Parse(s.payload)
	if err == nil {
		err = w.admit(commands.Submission{Statement: statement, Signer: signer, Recorded: s.now})
	}
	if err != nil {
		return w.refusal(err)
	}
	w.record(statement, s.key, s.now)
	if s.name != "" {
		w.ids[s.name], w.names[s.id.String()] = s.id, "$"+s.name
	}
	return fmt.Sprintf("recorded %d", w.fold.Chain.Sequence())
}

// admit holds the two laws of Admit: it changes nothing, and it says the same
// about the same.
func (w *world) admit(s commands.Submission) error {
	before := w.fold.Hash()
	err := commands.Admit(w.fold.State, s)
	again := commands.Admit(w.fold.State, s)
	assert.Equal(w.t, before, w.fold.Hash(), "Admit changes nothing")
	assert.Equal(w.t, fmt.Sprint(err), fmt.Sprint(again), "Admit is deterministic")
	return err
}

func (w *world) record(s ledger.Statement, key seal.PrivateKey, now time.Time) ledger.Record {
	env, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, s.Encode())
	require.NoError(w.t, err)
	r, err := w.fold.Chain.Next(s, env.Encode(), now)
	require.NoError(w.t, err)
	require.NoError(w.t, w.fold.Add(r))
	w.log = append(w.log, r)
	return r
}

var uuidPattern = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
var hexPattern = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// refusal is an error as a transcript has it: ids go by their names.
func (w *world) refusal(err error) string {
	if known, ok := errors.AsType[*commands.RecordedError](err); ok {
		return fmt.Sprintf("known: recorded already as %d", known.Sequence)
	}
	e, ok := errors.AsType[*ledger.Error](err)
	require.True(w.t, ok, "%v is no *ledger.Error", err)
	exercised(w.t, e.Rule)
	require.NotEmpty(w.t, e.Found, "%s says what it found", e.Rule)
	require.NotEmpty(w.t, e.Want, "%s says what would be accepted", e.Rule)
	for _, words := range []string{e.Found, e.Want} {
		_, ok := commands.Chinese(words)
		assert.True(w.t, ok, "refusals.zh.txt has no words for %q (%s)", words, e.Rule)
	}
	text := fmt.Sprintf("%s %s: found %s; accepted would be %s", e.Class, e.Rule, e.Found, e.Want)
	text = uuidPattern.ReplaceAllStringFunc(text, func(id string) string {
		if name, ok := w.names[id]; ok {
			return name
		}
		return id
	})
	return hexPattern.ReplaceAllString(text, "<key>")
}

// rulesSeen are the rules that some test of this package has met.
var rulesSeen = map[string]bool{}

func exercised(t testing.TB, rule string) {
	t.Helper()
	_, ok := commands.Rules[rule]
	assert.True(t, ok, "a refusal names the rule %q, which is not in Rules", rule)
	rulesSeen[rule] = true
}

// TestMain holds, once all tests have run, that no rule went unexercised.
func TestMain(m *testing.M) {
	code := m.Run()
	all := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.list").Value.String() == "" && flag.Lookup("test.fuzz").Value.String() == ""
	for rule := range commands.Rules {
		if all && !rulesSeen[rule] {
			fmt.Printf("FAIL: no transcript and no test exercises the rule %s\n", rule)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// when reads the short times of the transcripts, in Shanghai.
func when(t testing.TB, s string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if at, err := time.ParseInLocation(layout, s, ledger.Shanghai); err == nil {
			return at
		}
	}
	require.Fail(t, "no time: "+s)
	return time.Time{}
}

var keys = map[string]seal.PrivateKey{}

// testKey is a party's key in tests, the same one every time.
func testKey(t testing.TB, name string) seal.PrivateKey {
	t.Helper()
	if _, ok := keys[name]; !ok {
		alg := seal.Ed25519
		if strings.HasPrefix(name, "sm2/") {
			alg = seal.SM2
		}
		key, err := seal.NewKey(alg, sha256.Sum256([]byte(name)))
		require.NoError(t, err)
		keys[name] = key
	}
	return keys[name]
}
