package console

import "ducha/cmd/internal/node"

// limits are what a file of evidence may be, said before it is handed in.
type limits struct {
	Bytes int64    `json:"bytes"`
	Media []string `json:"media"`
	Kept  bool     `json:"kept"` // there is a store for files
}

func evidenceLimits(s *site) limits {
	l := limits{Media: node.Media()}
	if s.node.Evidence != nil {
		l.Bytes, l.Kept = s.node.Evidence.MaxFile, true
	}
	return l
}
