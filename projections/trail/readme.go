package trail

import (
	_ "embed"
	"strconv"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

//go:embed readme.txt
var readmeText string

// readme is the file that tells whoever opens the zip what to do with it.
func readme(m Manifest, s projections.UnitStatus) []byte {
	at, _ := ledger.ParseRecorded(m.At)
	return []byte(strings.NewReplacer(
		"{unit}", string(m.Unit), "{name}", s.Name, "{title}", string(m.Title), "{campaign}", string(m.Campaign),
		"{count}", strconv.FormatUint(m.Count, 10), "{sequence}", strconv.FormatUint(m.Sequence, 10),
		"{at}", at.In(ledger.Shanghai).Format("2006-01-02 15:04:05"),
		"{clock.zh}", m.Clock.ZH, "{clock.en}", m.Clock.EN, "{root}", string(m.RootKey),
	).Replace(readmeText))
}
