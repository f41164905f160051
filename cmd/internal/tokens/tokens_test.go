package tokens

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func TestATokenLetsItsBearerIn(t *testing.T) {
	f := In(t.TempDir())
	_, err := f.Find("ducha_nothing", noon)
	assert.ErrorIs(t, err, &ledger.Error{Class: ledger.Nobody}, "no file yet")
	secret, made, err := f.New(rand.Reader, ledger.RoleAuditor, "审计局", noon, noon.Add(90*day))
	require.NoError(t, err)
	found, err := f.Find(secret, noon)
	require.NoError(t, err)
	assert.Equal(t, made, found)
	assert.True(t, found.Role.ReadsAll())

	for name, other := range map[string]string{"nothing": "", "the prefix": prefix, "shorter": secret[:len(secret)-1], "longer": secret + "A", "its digest": made.Digest.String(), "its id": made.ID} {
		_, err := f.Find(other, noon)
		assert.ErrorIs(t, err, &ledger.Error{Class: ledger.Nobody}, name)
	}
	_, err = f.Find(secret, noon.Add(90*day))
	assert.ErrorIs(t, err, &ledger.Error{Class: ledger.Nobody}, "it is over")
	data, err := os.ReadFile(f.path)
	require.NoError(t, err)
	assert.NotContains(t, string(data), strings.TrimPrefix(secret, prefix), "the token itself is kept nowhere")
	info, err := os.Stat(f.path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestRolesThatSeeAll(t *testing.T) {
	f := In(t.TempDir())
	sees := map[ledger.Role]bool{}
	for _, role := range Roles {
		secret, _, err := f.New(rand.Reader, role, "某", noon, noon.Add(day))
		require.NoError(t, err)
		found, err := f.Find(secret, noon)
		require.NoError(t, err)
		sees[role] = found.Role.ReadsAll()
	}
	assert.Equal(t, map[ledger.Role]bool{"office": true, "commander": true, "inspector": true, "auditor": true,
		"executive-deputy": true, "deputy": true, "authority": false}, sees)
	for _, c := range []struct {
		role ledger.Role
		name string
		end  time.Time
	}{{"root", "某", noon.Add(day)}, {"auditor", "", noon.Add(day)}, {"auditor", "a\nb", noon.Add(day)}, {"auditor", "某", noon}} {
		_, _, err := f.New(rand.Reader, c.role, c.name, noon, c.end)
		assert.ErrorIs(t, err, &ledger.Error{Class: ledger.Malformed}, "%v", c)
	}
}

// A server that runs knows at once what another process did.
func TestAnotherProcessRevokes(t *testing.T) {
	dir := t.TempDir()
	server, office := In(dir), In(dir)
	secret, made, err := office.New(rand.Reader, ledger.RoleInspector, "督查组", noon, noon.Add(day))
	require.NoError(t, err)
	_, err = server.Find(secret, noon)
	require.NoError(t, err)
	_, err = office.Revoke(made.ID, noon)
	require.NoError(t, err)
	_, err = server.Find(secret, noon)
	assert.ErrorIs(t, err, &ledger.Error{Class: ledger.Nobody})
	all, err := server.List()
	require.NoError(t, err)
	require.Len(t, all, 1)
	assert.Equal(t, noon, all[0].Revoked, "it stays to be seen")
	again, err := office.Revoke(made.ID, noon.Add(time.Hour))
	require.NoError(t, err)
	assert.Equal(t, noon, again.Revoked, "the first time counts")
	_, err = office.Revoke("00000000", noon)
	assert.ErrorIs(t, err, &ledger.Error{Rule: "token.known"})
}

func TestManyAtOnceLoseNone(t *testing.T) {
	dir := t.TempDir()
	var running sync.WaitGroup
	for i := range 20 {
		running.Go(func() {
			_, _, err := In(dir).New(rand.Reader, ledger.RoleAuditor, fmt.Sprint(i), noon, noon.Add(day))
			assert.NoError(t, err)
		})
	}
	running.Wait()
	all, err := In(dir).List()
	require.NoError(t, err)
	assert.Len(t, all, 20)
	left, err := filepath.Glob(filepath.Join(dir, ".tokens-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

// A file that cannot be trusted lets nobody in.
func TestABadFileLetsNobodyIn(t *testing.T) {
	f := In(t.TempDir())
	secret, _, err := f.New(rand.Reader, ledger.RoleAuditor, "审计局", noon, noon.Add(day))
	require.NoError(t, err)
	good, err := os.ReadFile(f.path)
	require.NoError(t, err)
	for name, spoil := range map[string]func() error{
		"cut":              func() error { return os.WriteFile(f.path, good[:40], 0o600) },
		"another member":   func() error { return os.WriteFile(f.path, []byte(`[{"admin":true}]`), 0o600) },
		"others may write": func() error { return os.Chmod(f.path, 0o666) },
	} {
		f.seen = nil
		require.NoError(t, os.WriteFile(f.path, good, 0o600))
		_, err := f.Find(secret, noon)
		require.NoError(t, err)
		require.NoError(t, spoil())
		f.seen = nil // the clock of a file system may be coarse
		_, err = f.Find(secret, noon)
		assert.ErrorIs(t, err, &ledger.Error{Rule: "token.file"}, name)
		require.NoError(t, os.Chmod(f.path, 0o600))
	}
}
