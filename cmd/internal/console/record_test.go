package console_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ducha/cmd/internal/console"
	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Records are for whoever may read them; what there is not is not found, and every
// record that a task's page leads to is there, with a signature that holds.
func TestRecordsAreForWhoeverMayReadThem(t *testing.T) {
	w := readWorld(t)
	inspector, other := w.reader(t, "inspectors/ducha-1"), w.reader(t, "units/kjj")
	_, body, _ := w.get(t, inspector, "/tasks/T06")
	for _, n := range recordsOn(body) {
		status, page, _ := w.get(t, inspector, fmt.Sprintf("/records/%d", n))
		assert.Equal(t, http.StatusOK, status, n)
		assert.Contains(t, between(t, page, `id="verified"`, "</dd>"), "有效")
	}
	for path, want := range map[string]int{"/records/557": http.StatusForbidden, "/records/557?id=x": http.StatusForbidden, "/records/56": http.StatusOK, "/tasks/T06": http.StatusForbidden} {
		status, _, _ := w.get(t, other, path)
		assert.Equal(t, want, status, path)
	}
	for path, want := range map[string]int{"/records/0": http.StatusNotFound, "/records/x": http.StatusBadRequest, "/records/999999": http.StatusNotFound,
		"/statements/0190b7a4-0000-7000-8000-000000000000": http.StatusNotFound, "/tasks/none": http.StatusNotFound} {
		status, _, _ := w.get(t, inspector, path)
		assert.Equal(t, want, status, path)
	}
}

// A record's page says who signed it and where it stands, leads to what it names and
// what names it, to the records beside it, and to a receipt that others can verify.
func TestARecordInFull(t *testing.T) {
	w := readWorld(t)
	c := w.reader(t, "inspectors/ducha-1")
	_, body, _ := w.get(t, c, "/records/557")
	for _, says := range []string{"累计进度(%)", "18.5", "Ed25519", "units/fgw", "市发改委", "日志第 556 叶"} {
		assert.Contains(t, body, says)
	}
	assert.Contains(t, between(t, body, `id="named"`, "</ul>"), `href="/records/560"`, "the responsible unit's word on it")
	_, back, _ := w.get(t, c, "/records/560")
	assert.Contains(t, between(t, back, `id="names"`, "</ul>"), `href="/records/557"`)
	_, next, _ := w.get(t, c, between(t, body, `id="next-task" href="`, `"`))
	assert.Contains(t, next, `id="prev-task" href="/records/557"`)
	offered := moves(body)
	assert.True(t, offered["progress.verified.v1"] && offered["progress.disputed.v1"], "an inspector may say what is found")
	assert.False(t, offered["progress.corrected.v1"], "that is the unit's to say")
	_, english, _ := w.get(t, c, "/inspections?lang=en")
	assert.Contains(t, english, `progress verified <a href="/records/1163">`)
	assert.Contains(t, english, "Science and technology</th>", "a task by its English name")
	w.get(t, c, "/?lang=zh")
	_, own, _ := w.get(t, w.reader(t, "units/fgw"), "/records/557")
	assert.True(t, moves(own)["progress.corrected.v1"])

	status, receipt, _ := w.get(t, c, between(t, body, `id="receipt" href="`, `"`))
	assert.Equal(t, http.StatusOK, status)
	sealed, err := proof.ParseSealedReceipt([]byte(receipt))
	require.NoError(t, err)
	assert.True(t, sealed.Sealed)
	for _, id := range []string{"paper", "slip"} {
		status, paper, _ := w.get(t, c, strings.ReplaceAll(between(t, body, `id="`+id+`" href="`, `"`), "&amp;", "&"))
		assert.Equal(t, http.StatusOK, status)
		assert.Contains(t, paper, "<html", id)
	}
}

// Whatever is wrong with a record's bytes shows: the signature is verified anew.
func TestASignatureIsVerifiedAnew(t *testing.T) {
	w := readWorld(t)
	r, err := w.node.Stream.Get(t.Context(), 557)
	require.NoError(t, err)
	e, err := r.Read()
	require.NoError(t, err)
	w.node.View.Read(func(c *projections.Campaign, _ uint64) {
		assert.NoError(t, console.Signed(c, e))
		forged := e
		forged.Record.Envelope = []byte(strings.Replace(string(r.Envelope), `"sig":"`, `"sig":"AAAA`, 1))
		assert.Error(t, console.Signed(c, forged))
		another := e
		for id, key := range c.Keyring.Keys {
			if key.Party != e.Source {
				another.Signer = id
			}
		}
		assert.Error(t, console.Signed(c, another), "by a key that is another's")
	})
}

// What this version cannot read is shown as it is.
func TestAnUnknownKindIsShownAsItIs(t *testing.T) {
	says := console.Saying(&projections.Campaign{}, projections.English, &ledger.Unknowable{Data: []byte(`{"later":"<b>\u202e"}`)})
	require.Len(t, says, 1)
	assert.Contains(t, says[0], `{"later":"<b>`)
}

// A file is listed with its digests, what names it, and where else it is used; it can be
// had until two persons seal it: then its digest stays.
func TestFilesOfATask(t *testing.T) {
	w := newWorld(t)
	photo := []byte("%PDF-1.4\n现场照片\n%%EOF\n")
	sum := sha256.Sum256(photo)
	digest := ledger.Digest(hex.EncodeToString(sum[:]))
	evidence := []ledger.Evidence{{Name: hostile, SHA256: digest, Media: "application/pdf", Taken: "2025-12-29", Place: "移交现场"}}
	w.says(t, "units/fgw", "fgw", "T06", &ledger.MilestoneReached{Milestone: "T06-2025-7", On: "2025-12-29", Evidence: evidence})
	office := w.reader(t, "units/ggb")
	files := func() string {
		_, body, _ := w.get(t, office, "/tasks/T06")
		return between(t, between(t, body, `<h2 id="files">`, `<h2 id="timeline">`), `id="f-`+string(digest)+`"`, "</tr>")
	}
	assert.Contains(t, files(), "未收存")
	put, err := http.NewRequestWithContext(t.Context(), http.MethodPut, w.base+"/api/v1/attachments/"+string(digest), strings.NewReader(string(photo)))
	require.NoError(t, err)
	put.Header.Set("Ducha-Not-Classified", "yes")
	answer, err := http.DefaultClient.Do(put)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusCreated, answer.StatusCode)

	w.says(t, "units/fgw", "fgw", "T01", &ledger.IndicatorReported{Target: "Q02", Value: 6, AsOf: "2025-12-29", Source: "自查", Year: 2025, Evidence: evidence})
	row := files()
	assert.NotContains(t, row, "<img")
	for _, says := range []string{"&lt;img", "移交现场", "2025-12-29", string(digest), "SM3", "同一材料另见", "指标报送"} {
		assert.Contains(t, row, says)
	}
	status, got, _ := w.get(t, office, "/api"+between(t, row, `<a href="/api`, `"`))
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, string(photo), got)

	first := w.says(t, "units/ggb", "fgw", "T06", &ledger.ContentSealed{Attachment: digest, Reason: "误传。"})
	w.says(t, "authorities/jiwei", "fgw", "T06", &ledger.ContentSealed{Attachment: digest, Seconds: &first, Reason: "附议。"})
	row = files()
	assert.Contains(t, row, "已密封:原件已移除")
	assert.Contains(t, row, string(digest))
	assert.NotContains(t, row, "/api/v1/attachments/")
}
