package console_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

var recordLink = regexp.MustCompile(`href="/records/(\d+)`)

// Records are for whoever may read them; what there is not is not found.
func TestRecordsAreForWhoeverMayReadThem(t *testing.T) {
	w := newWorld(t)
	inspector, other := w.reader(t, "inspectors/ducha-1"), w.reader(t, "units/kjj")
	status, body, _ := w.get(t, inspector, "/tasks/T06")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, "开发区管理改革")
	for _, m := range recordLink.FindAllStringSubmatch(body, -1) {
		status, page, _ := w.get(t, inspector, "/records/"+m[1])
		assert.Equal(t, http.StatusOK, status, m[1])
		assert.Contains(t, page, "签名")
		assert.NotContains(t, page, "无效")
	}
	for path, want := range map[string]int{"/tasks/T06": http.StatusForbidden, "/tasks/none": http.StatusForbidden} {
		status, _, _ := w.get(t, other, path)
		assert.Equal(t, want, status, path)
	}
	for path, want := range map[string]int{"/records/0": http.StatusNotFound, "/records/x": http.StatusBadRequest, "/records/999999": http.StatusNotFound,
		"/statements/0190b7a4-0000-7000-8000-000000000000": http.StatusNotFound, "/tasks/none": http.StatusNotFound} {
		status, _, _ := w.get(t, inspector, path)
		assert.Equal(t, want, status, path)
	}
}
