package seeds

import (
	"encoding/binary"
	"errors"
	"fmt"
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
		faults = append(faults, Fault{p.line(s.At), refusal(s, err)})
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

func refusal(s Said, err error) string {
	what := string(ledger.KindOf(s.Body))
	if e, ok := errors.AsType[*ledger.Error](err); ok {
		return fmt.Sprintf("%s (%s): found %s: want %s", what, e.Rule, e.Found, e.Want)
	}
	return fmt.Sprintf("%s: %v", what, err)
}
