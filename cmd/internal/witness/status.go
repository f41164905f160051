package witness

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Status is what a witness knows of a log.
type Status struct {
	Origin   string    `json:"origin"`
	Key      string    `json:"key"`
	Size     uint64    `json:"size"`
	Root     string    `json:"root"`
	Cosigned time.Time `json:"cosigned,omitzero"`
	Forks    []string  `json:"forks,omitempty"`   // files of checkpoints that the log signed, of a size that had another root: proof of fraud
	Refused  []string  `json:"refused,omitempty"` // files of checkpoints that the log signed and did not prove to continue the last one
}

// Look reads what the witness of a folder knows, by the names of the logs. It needs
// no lock: the witness may serve.
func Look(dir string) ([]Status, error) {
	self, err := identify(dir)
	if err != nil {
		return nil, err
	}
	logs, err := readLogs(dir, self)
	if err != nil {
		return nil, err
	}
	var list []Status
	for _, l := range logs {
		s := Status{Origin: l.last.Origin, Key: l.vkey, Size: l.last.Size, Root: l.last.Root.String(), Cosigned: l.at}
		var err1, err2 error
		s.Forks, err1 = l.kept(forked)
		s.Refused, err2 = l.kept(refused)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b Status) int { return strings.Compare(a.Origin, b.Origin) })
	return list, nil
}
