package console_test

import (
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ducha/cmd/internal/report"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The code of a request leads to the office's form on this server, filled in; it is
// drawn of nothing else.
func TestACodeLeadsToTheOfficesForm(t *testing.T) {
	w := readWorld(t)
	nobody := w.reader(t, "")
	block, _ := pem.Decode([]byte(seeds.Keys(seed)["units/ggb"].Public().PEM()))
	key := base64.RawURLEncoding.EncodeToString(block.Bytes)
	good := url.Values{"party": {"市政府金融办"}, "holder": {"李小雨"}, "post": {"报送员"}, "key": {key}, "at": {w.base}}
	leads := url.Values{"party": {"市政府金融办"}, "holder": {"李小雨"}, "post": {"报送员"}, "public_key": {key}}
	status, body, header := w.get(t, nobody, "/welcome/code.svg?"+good.Encode())
	require.Equal(t, http.StatusOK, status, body)
	assert.Equal(t, "image/svg+xml", header.Get("Content-Type"))
	want, err := report.Code(w.base+"/submit/key.enrolled.v1?"+leads.Encode(), "登记申请 request")
	require.NoError(t, err)
	assert.Equal(t, string(want), body)

	for name, change := range map[string]func(url.Values){
		"no party":       func(v url.Values) { v.Del("party") },
		"white space":    func(v url.Values) { v.Set("holder", " ") },
		"too long":       func(v url.Values) { v.Set("holder", strings.Repeat("李", 21)) },
		"a control":      func(v url.Values) { v.Set("post", "a\nb") },
		"no text":        func(v url.Values) { v.Set("post", "\xff") },
		"twice":          func(v url.Values) { v.Add("party", "市发改委") },
		"more":           func(v url.Values) { v.Set("role", "office") },
		"no key":         func(v url.Values) { v.Del("key") },
		"half a key":     func(v url.Values) { v.Set("key", key[:40]) },
		"an RSA's worth": func(v url.Values) { v.Set("key", strings.Repeat("A", 400)) },
		"elsewhere":      func(v url.Values) { v.Set("at", "https://elsewhere.example") },
		"a path":         func(v url.Values) { v.Set("at", w.base+"/x") },
		"a script":       func(v url.Values) { v.Set("at", "javascript:"+strings.TrimPrefix(w.base, "http:")) },
	} {
		bad := url.Values{}
		for k, v := range good {
			bad[k] = append([]string(nil), v...)
		}
		change(bad)
		status, body, _ := w.get(t, nobody, "/welcome/code.svg?"+bad.Encode())
		assert.Equal(t, http.StatusBadRequest, status, name)
		assert.Contains(t, body, "申请登记须写明", name)
	}

	// The form takes the key as the code has it, and the party by its name.
	_, body, _ = w.get(t, w.reader(t, "units/ggb"), "/submit/key.enrolled.v1?"+leads.Encode())
	assert.Contains(t, body, "BEGIN PUBLIC KEY")
	assert.Contains(t, body, `&#34;party&#34;:[&#34;units/jrb&#34;]`)
	leads.Set("party", "无此单位")
	_, body, _ = w.get(t, w.reader(t, "units/ggb"), "/submit/key.enrolled.v1?"+leads.Encode())
	assert.NotContains(t, body, `&#34;party&#34;:[&#34;`)
	assert.Contains(t, body, "无此单位。在册主体中没有")

	// Whoever is nobody yet learns of a key whether it is enrolled, and no more.
	for id, want := range map[string]string{string(seeds.Keys(seed)["units/fgw"].Public().ID()): "in-force", strings.Repeat("0", 64): "not-enrolled", string(seeds.Keys(seed)["root"].Public().ID()): "not-enrolled"} {
		status, body, _ := w.get(t, nobody, "/api/v1/keys/"+id+"/standing")
		assert.Equal(t, http.StatusOK, status)
		assert.JSONEq(t, `{"key":"`+id+`","standing":"`+want+`"}`, body)
	}
	status, _, _ = w.get(t, nobody, "/api/v1/keys/fgw/standing")
	assert.Equal(t, http.StatusBadRequest, status)
	status, _, _ = w.get(t, nobody, "/submit/key.enrolled.v1")
	assert.Equal(t, http.StatusSeeOther, status)
}
