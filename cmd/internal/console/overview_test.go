package console_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
	"ducha/seeds"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// says signs a statement as a party and hands it in over HTTP, as anybody can. It counts
// from the latest instant on record: the campaign's clock is declared.
func (w *world) says(t *testing.T, party ledger.PartyID, unit ledger.UnitID, task ledger.TaskID, body any) ledger.Ref {
	t.Helper()
	id, err := uuid.NewV7()
	require.NoError(t, err)
	s := ledger.Statement{ID: id, Kind: ledger.KindOf(body), Campaign: seeds.JiAn().Campaign, Source: party, Unit: unit, Task: task, Body: body}
	w.node.View.Read(func(c *projections.Campaign, sequence uint64) {
		s.Time, s.Basis = c.Index.Latest.In(ledger.Shanghai).Truncate(time.Second), sequence
	})
	e, err := seal.Seal(rand.Reader, seeds.Keys(seed)[party], seal.PayloadTypeStatement, s.Encode())
	require.NoError(t, err)
	answer, err := http.Post(w.base+"/api/v1/statements", "application/json", strings.NewReader(string(e.Encode())))
	require.NoError(t, err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Less(t, answer.StatusCode, 300, "%s", said)
	return id
}

// The wall plan shows each role its own, what waits for it first, with the form that
// answers it filled in.
func TestTheOverviewIsEachRolesOwn(t *testing.T) {
	w := readWorld(t)
	for _, c := range []struct {
		party     ledger.PartyID
		shows     []string
		hides     []string
		moves     []string
		neverSays []string
	}{
		{"units/fgw", []string{"营商环境优化提升行动", "开发区管理改革", "待您办理", "完成节点", "交办超期"}, []string{"无牵头任务", "投融资平台优化升级改革"},
			[]string{"directive.answered.v1", "milestone.reached.v1"}, []string{"reminder.sent.v1", "directive.issued.v1"}},
		{"units/ggb", []string{"投融资平台优化升级改革", "无牵头任务", "市文广新旅局", "谁在等谁"}, nil,
			[]string{"notice.drafted.v1", "talk.held.v1"}, []string{"milestone.reached.v1", "card.granted.v1"}},
		{"officers/zhihuizhang", []string{"投融资平台优化升级改革", "协调难点"}, nil, []string{"blocker.cleared.v1"}, []string{"notice.drafted.v1", "milestone.reached.v1"}},
		{"units/wglj", []string{"无牵头任务", "国家跨境电商综合实验区建设"}, []string{"开发区管理改革", `href="/units/swj"`}, []string{"annualplan.filed.v1"}, []string{"progress.reported.v1"}}, // it takes part in two tasks, and owes a plan
		{"units/gxq", []string{"开发区管理改革"}, []string{"交办超期", `href="/units/fgw"`}, nil, []string{"directive.answered.v1"}},                                               // it takes part in T06, and fgw has a directive overdue
		{"authorities/zuzhibu", []string{"挂图作战", "投融资平台优化升级改革"}, []string{"基层社会治理改革"}, nil, []string{"notice.drafted.v1"}},
		{"auditors/shenji", []string{"投融资平台优化升级改革", "没有待您办理的事项"}, nil, nil, nil},
		{"inspectors/ducha-1", []string{"投融资平台优化升级改革"}, nil, nil, []string{"notice.drafted.v1"}},
	} {
		status, body, _ := w.get(t, w.reader(t, c.party), "/")
		require.Equal(t, http.StatusOK, status, c.party)
		assert.Less(t, len(body), 300<<10, c.party)
		for _, text := range c.shows {
			assert.Contains(t, body, text, c.party)
		}
		for _, text := range c.hides {
			assert.NotContains(t, body, text, c.party)
		}
		offered := moves(body)
		for _, kind := range c.moves {
			assert.True(t, offered[kind], "%s is offered %s", c.party, kind)
		}
		for _, kind := range c.neverSays {
			assert.False(t, offered[kind], "%s is offered %s", c.party, kind)
		}
	}
}

// What the lights were on an earlier day, and what waited; nothing can be said then.
func TestTheOverviewOfAnEarlierDay(t *testing.T) {
	w := readWorld(t)
	office := w.reader(t, "units/ggb")
	_, body, _ := w.get(t, office, "/?as_of=2024-08-15")
	assert.Contains(t, body, "当日待您办理")
	assert.Contains(t, body, `href="/?as_of=2024-07-31"`, "the month before")
	assert.Contains(t, body, `href="/?as_of=2024-08-31"`, "this month's end")
	assert.Contains(t, body, `href="/units/fgw?as_of=2024-08-15"`, "the day stays")
	assert.Empty(t, moves(body))
	_, wall, _ := w.get(t, office, "/?wall&as_of=2024-08-31")
	assert.NotContains(t, wall, "<form", "nothing is asked of whoever looks at a wall")
	assert.NotContains(t, wall, "待您办理")
	status, _, _ := w.get(t, office, "/?as_of=never")
	assert.Equal(t, http.StatusBadRequest, status)
}

// What somebody signed shows as text; what two persons sealed does not show.
func TestStoredTextIsText(t *testing.T) {
	w := newWorld(t)
	id := w.says(t, "units/kjj", "kjj", "T09", &ledger.BlockerRaised{What: ledger.Text(hostile), Asks: "officers/zhihuizhang"})
	office := w.reader(t, "units/ggb")
	for _, path := range []string{"/", "/units/kjj"} {
		_, body, _ := w.get(t, office, path)
		assert.Contains(t, body, "&lt;img src=x", path)
		assert.NotContains(t, body, "<img", path)
	}
	_, body, _ := w.get(t, w.reader(t, "officers/zhihuizhang"), "/")
	assert.Contains(t, body, "研究难点")
	assert.Contains(t, body, "/submit/blocker.decided.v1?blocker="+id.String()+"&amp;task=T09&amp;unit=kjj")

	first := w.says(t, "units/ggb", "kjj", "T09", &ledger.ContentSealed{Statement: &id, Reason: "误填。"})
	w.says(t, "authorities/jiwei", "kjj", "T09", &ledger.ContentSealed{Statement: &id, Seconds: &first, Reason: "附议。"})
	for _, path := range []string{"/", "/units/kjj"} {
		_, body, _ := w.get(t, office, path)
		assert.NotContains(t, body, "img src=x", path)
		assert.Contains(t, body, "已密封", path)
	}
}

// What is sealed now is sealed on the days before it was, too.
func TestWhatIsSealedIsHiddenOnEarlierDays(t *testing.T) {
	w := newWorld(t)
	var id ledger.Ref
	w.node.View.Read(func(c *projections.Campaign, _ uint64) { id = c.Tasks["T04"].Blockers[0].ID })
	office, words := w.reader(t, "units/ggb"), "条例草案须列入人大立法计划"
	_, body, _ := w.get(t, office, "/dispatch?as_of=2024-05-25")
	assert.Contains(t, body, words)
	first := w.says(t, "units/ggb", "sthjj", "T04", &ledger.ContentSealed{Statement: &id, Reason: "误填。"})
	w.says(t, "authorities/jiwei", "sthjj", "T04", &ledger.ContentSealed{Statement: &id, Seconds: &first, Reason: "附议。"})
	for _, path := range []string{"/", "/dispatch", "/units/sthjj"} {
		_, body, _ := w.get(t, office, path+"?as_of=2024-05-25")
		assert.NotContains(t, body, words, path)
	}
}

// A unit's page is for the unit and for those who read everything; each figure leads to
// the records that it came from, the trail to its beginning.
func TestAUnitsPage(t *testing.T) {
	w := readWorld(t)
	fgw := w.reader(t, "units/fgw")
	status, body, _ := w.get(t, fgw, "/units/fgw")
	require.Equal(t, http.StatusOK, status)
	assert.Less(t, len(body), 300<<10)
	var c *projections.Campaign
	w.node.View.Read(func(live *projections.Campaign, _ uint64) { c = live })
	x := c.Explain(c.Tasks["T06"], c.Index.Latest)
	for _, f := range x.Figures {
		if f.Name == "late_days" {
			require.NotEmpty(t, f.Records)
			assert.Contains(t, body, `href="/records/`+uintString(f.Records[0])+`"`)
		}
	}
	for _, text := range []string{"为何亮此灯", "slow_months", "钱某", "反馈", "办理用时", "尚未导出过", "/api/v1/ledger?unit=fgw&amp;format=xlsx", "/api/v1/deadlines?unit=fgw&amp;format=ics"} {
		assert.Contains(t, body, text)
	}
	assert.True(t, moves(body)["directive.answered.v1"])

	status, _, _ = w.get(t, fgw, "/units/kjj")
	assert.Equal(t, http.StatusForbidden, status)
	status, _, _ = w.get(t, w.reader(t, "authorities/zuzhibu"), "/units/fgw")
	assert.Equal(t, http.StatusForbidden, status, "the authority reads the tasks that a card is proposed for")
	office := w.reader(t, "units/ggb")
	status, _, _ = w.get(t, office, "/units/nosuch")
	assert.Equal(t, http.StatusNotFound, status)
	_, body, _ = w.get(t, office, "/units/wglj")
	assert.Contains(t, body, "无牵头任务:不亮灯,不计进度")
	assert.NotContains(t, body, `class="light red"`)
	status, _, _ = w.get(t, office, "/units/fgw?before=x")
	assert.Equal(t, http.StatusBadRequest, status)
	_, body, _ = w.get(t, office, "/units/fgw?as_of=2024-08-15&since=2024-06-30")
	assert.Contains(t, body, "T06 灯")
	assert.Empty(t, moves(body))

	seen := map[string]bool{}
	for path := "/units/fgw"; path != ""; {
		_, body, _ := w.get(t, office, path)
		_, rows, _ := strings.Cut(body, `id="trail"`)
		for _, part := range strings.Split(rows, `<th scope="row" class="n"><a href="/records/`)[1:] {
			n, _, _ := strings.Cut(part, `"`)
			assert.False(t, seen[n], "once")
			seen[n] = true
		}
		_, older, _ := strings.Cut(rows, `id="older" href="`)
		path, _, _ = strings.Cut(older, `#`)
	}
	assert.Len(t, seen, len(c.Units.Trails["fgw"]), "the whole trail")
}

// An export goes on record, and the unit's page says for whom it was.
func TestAUnitsPageSaysWhoExported(t *testing.T) {
	w := newWorld(t)
	fgw := w.reader(t, "units/fgw")
	status, _, _ := w.get(t, fgw, "/api/v1/units/fgw/trail")
	require.Equal(t, http.StatusOK, status)
	_, body, _ := w.get(t, fgw, "/units/fgw")
	assert.Contains(t, body, "导出人 市发改委")
	assert.Contains(t, body, "导出存证", "it stands on the trail")
}

func uintString(n uint64) string { return strconv.FormatUint(n, 10) }
