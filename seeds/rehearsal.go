package seeds

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ducha/commands"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"

	"github.com/google/uuid"
)

// Rehearse (预演) opens a ledger of the plan in memory, by the rules of the door
// and at an instant: what they refuse is named by the line that it comes from. A
// plan that passes opens a real ledger.
func Rehearse(p Plan, charter ledger.CharterAdopted, at time.Time) error {
	keys := map[ledger.PartyID]seal.PrivateKey{}
	office := ledger.PartyID("units/" + p.Headquarters.Office)
	for _, party := range []ledger.PartyID{"root", "ledger", office} {
		keys[party] = demoKey(0, "rehearsal/"+party, 1) // nothing that it signs leaves this function
	}
	charter.RootKey, charter.LedgerKey = ledger.Text(keys["root"].Public().PEM()), ledger.Text(keys["ledger"].Public().PEM())
	fold := projections.NewFold(projections.CampaignProjection())
	var faults Faults
	for _, s := range Opening(p, charter, ledger.Text(keys[office].Public().PEM())) {
		sequence := fold.State.Index.Statements
		statement, err := s.statement(p.Campaign, at, uint64(len(sequence))+1)
		if err == nil {
			signer := keys[s.By].Public().ID()
			if err = commands.Admit(fold.State, commands.Submission{Statement: statement, Signer: signer, Recorded: at}); err == nil {
				fold.Apply(ledger.Event{Record: ledger.Record{Sequence: uint64(len(sequence)) + 1, Recorded: at.UTC()}, Statement: statement, Signer: signer})
				continue
			}
		}
		faults = append(faults, Fault{Line: p.place(s.At, err), Text: refusal(s, err), ZH: refusalZH(s, err)})
		if _, opens := s.Body.(*ledger.CharterAdopted); opens {
			break // without it nothing else is admitted
		}
	}
	if err := faults.sorted(); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	return nil
}

// statement is what is said as the door would read it.
func (s Said) statement(campaign ledger.LocalID, at time.Time, n uint64) (ledger.Statement, error) {
	id := uuid.UUID{6: 0x70, 8: 0x80}
	binary.BigEndian.PutUint64(id[8:], n|1<<63)
	return ledger.Parse(ledger.Statement{ID: id, Kind: ledger.KindOf(s.Body), Campaign: campaign, Source: s.By, Unit: s.Unit, Task: s.Task,
		Time: at.In(ledger.Shanghai).Truncate(time.Second), Body: s.Body}.Encode())
}

// place is the line of what is wrong in an entry: of the very field where the error says
// which, or of the policy's expression that it quotes; of the entry otherwise.
func (p Plan) place(at string, err error) int {
	e, ok := errors.AsType[*ledger.Error](err)
	if !ok {
		return p.line(at)
	}
	path := at
	if field, _, ok := strings.Cut(strings.TrimPrefix(e.Found, "data/"), ": "); ok && strings.HasPrefix(e.Found, "data/") {
		for part := range strings.SplitSeq(field, "/") {
			if _, err := strconv.Atoi(part); err == nil {
				path += "[" + part + "]"
			} else {
				path += "." + part
			}
		}
	}
	if e.Rule == "policy.expression" && p.Policy != nil {
		if quotes(e.Found, p.Policy.Slow) {
			path += ".slow"
		} else if i := slices.IndexFunc(p.Policy.Lights, func(l PolicyLight) bool { return quotes(e.Found, l.When) }); i >= 0 {
			path += fmt.Sprintf(".lights[%d]", i)
		}
	}
	if n := p.line(path); n > 0 {
		return n
	}
	return p.line(at)
}

func quotes(found, expression string) bool {
	return expression != "" && strings.HasPrefix(found, strconv.Quote(expression))
}

// refusalZH is a refusal with the rule in the field's own words.
func refusalZH(s Said, err error) string {
	e, ok := errors.AsType[*ledger.Error](err)
	if !ok {
		return ledger.KindOf(s.Body).Name() + ":" + err.Error()
	}
	text := ledger.KindOf(s.Body).Name() + " 不合规则 " + e.Rule
	if r, ok := commands.Rules[e.Rule]; ok {
		text += "(" + r.ZH + ")"
	}
	return text + ":所见 " + e.Found + ";应为 " + e.Want
}

func refusal(s Said, err error) string {
	what := string(ledger.KindOf(s.Body))
	if e, ok := errors.AsType[*ledger.Error](err); ok {
		return fmt.Sprintf("%s (%s): found %s: want %s", what, e.Rule, e.Found, e.Want)
	}
	return fmt.Sprintf("%s: %v", what, err)
}
