// Package house holds the shape of the project as a tested statement of policy:
// which package may import which, and what the core never does.
package house

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../../.."

// floors from the ground up; imports only go down, or stay on a floor where
// allowed says so.
var floors = []string{"ducha/ledger", "ducha/projections", "ducha/commands", "ducha/seeds", "ducha/cmd"}

// allowed lists, for each package that others build on, what of ours it may
// import. Packages under cmd may import everything below them.
var allowed = map[string][]string{
	"ducha/ledger/seal":       {},
	"ducha/ledger":            {"ducha/ledger/seal"},
	"ducha/ledger/natsd":      {"ducha/ledger"},
	"ducha/ledger/stream":     {"ducha/ledger", "ducha/ledger/seal"},
	"ducha/ledger/evidence":   {"ducha/ledger"},
	"ducha/ledger/proof":      {"ducha/ledger", "ducha/ledger/seal"},
	"ducha/ledger/archive":    {"ducha/ledger", "ducha/ledger/proof", "ducha/ledger/seal"},
	"ducha/projections":       {"ducha/ledger", "ducha/ledger/seal"},
	"ducha/projections/trail": {"ducha/ledger", "ducha/ledger/proof", "ducha/ledger/seal", "ducha/projections"},
	"ducha/commands":          {"ducha/ledger", "ducha/ledger/seal", "ducha/ledger/stream", "ducha/projections"},
	"ducha/seeds":             {"ducha/ledger", "ducha/ledger/seal", "ducha/projections", "ducha/commands"},
}

type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,GoFiles,Imports,Deps"}, args...)...)
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p pkg
		require.NoError(t, dec.Decode(&p))
		all = append(all, p)
	}
	require.NotEmpty(t, all)
	return all
}

func floor(path string) int {
	return slices.IndexFunc(floors, func(f string) bool { return path == f || strings.HasPrefix(path, f+"/") })
}

func TestImportsOnlyGoDown(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range list(t, "./...") {
		seen[p.ImportPath] = true
		require.GreaterOrEqual(t, floor(p.ImportPath), 0, "%s stands on no floor", p.ImportPath)
		may, named := allowed[p.ImportPath]
		assert.True(t, named || floor(p.ImportPath) == len(floors)-1, "%s: say in allowed what it may import", p.ImportPath)
		for _, i := range p.Imports {
			switch {
			case strings.HasPrefix(i, "ducha/") && named:
				assert.Contains(t, may, i, "%s imports %s", p.ImportPath, i)
			case strings.HasPrefix(i, "ducha/"):
				assert.LessOrEqual(t, floor(i), floor(p.ImportPath), "%s imports %s", p.ImportPath, i)
			case i == "net/http" || i == "html/template" || i == "flag":
				assert.Equal(t, len(floors)-1, floor(p.ImportPath), "%s imports %s: that is for cmd", p.ImportPath, i)
			case strings.HasPrefix(i, "github.com/nats-io/nats-server"):
				assert.Equal(t, "ducha/ledger/natsd", p.ImportPath, "only natsd imports %s", i)
			}
		}
	}
	for path := range allowed {
		assert.True(t, seen[path], "%s is gone: take it off the list", path)
	}
}

func TestTheVerifierLinksNoNATS(t *testing.T) {
	for _, p := range list(t, "./cmd/ducha-verify", "./projections/trail") {
		for _, d := range p.Deps {
			assert.NotContains(t, d, "nats", "%s links %s", p.ImportPath, d)
			assert.NotEqual(t, "ducha/ledger/stream", d, p.ImportPath)
		}
	}
}

// The core never asks for the time or for chance: they come in.
func TestTheCoreAsksForNoTimeAndNoChance(t *testing.T) {
	files := 0
	for _, p := range list(t, "./ledger/...", "./projections/...", "./commands/...") {
		for _, i := range p.Imports {
			assert.False(t, i == "math/rand" || i == "math/rand/v2", "%s imports %s", p.ImportPath, i)
		}
		for _, name := range p.GoFiles {
			files++
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, 0)
			require.NoError(t, err)
			ast.Inspect(f, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				x, ok := s.X.(*ast.Ident)
				asks := ok && x.Name == "time" && (s.Sel.Name == "Now" || s.Sel.Name == "Since" || s.Sel.Name == "Until")
				assert.False(t, asks, "%s calls time.%s", fset.Position(s.Pos()), s.Sel.Name)
				return true
			})
		}
	}
	assert.Greater(t, files, 30)
}

// A file above 600 lines wants to be two things.
func TestFilesStayReadable(t *testing.T) {
	for _, p := range list(t, "./...") {
		for _, name := range p.GoFiles {
			data, err := os.ReadFile(filepath.Join(p.Dir, name))
			require.NoError(t, err)
			assert.LessOrEqual(t, strings.Count(string(data), "\n"), 600, "%s/%s", p.ImportPath, name)
		}
	}
}

// The top-level folders are fixed.
func TestTopLevel(t *testing.T) {
	want := []string{"README.md", "LICENSE", "go.mod", "go.sum", ".gitignore", ".ci", "cmd", "commands", "docs", "ledger", "projections", "seeds"}
	out, err := exec.Command("git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard").Output()
	require.NoError(t, err)
	var got []string
	for _, line := range strings.Fields(string(out)) {
		top, _, _ := strings.Cut(line, "/")
		if !slices.Contains(got, top) {
			got = append(got, top)
		}
	}
	assert.ElementsMatch(t, want, got)
}
