package projections

import (
	"fmt"
	"sync"

	"ducha/ledger"

	"github.com/google/cel-go/cel"
)

// Expressions of a policy are CEL (github.com/google/cel-spec) over the figures
// of a task; see [Figures] for what there is to say. They give true or false.

// figureEnv declares every figure as a variable.
var figureEnv = sync.OnceValues(func() (*cel.Env, error) {
	var opts []cel.EnvOption
	for _, v := range (Figures{}).list() {
		t := cel.DoubleType
		switch v.value.(type) {
		case bool:
			t = cel.BoolType
		case int64:
			t = cel.IntType
		}
		opts = append(opts, cel.Variable(v.name, t))
	}
	return cel.NewEnv(append(opts, cel.CrossTypeNumericComparisons(true))...)
})

var programs sync.Map // expression -> cel.Program

// Compile checks that an expression is CEL over the figures and gives a bool.
func Compile(expression ledger.Line) (cel.Program, error) {
	if p, ok := programs.Load(expression); ok {
		return p.(cel.Program), nil
	}
	env, err := figureEnv()
	if err != nil {
		return nil, err
	}
	ast, issues := env.Compile(string(expression))
	if errs := issues.Errors(); len(errs) > 0 {
		return nil, ledger.Refuse("policy.expression", fmt.Sprintf("%q: %s, at character %d", expression, errs[0].Message, errs[0].Location.Column()+1), "a CEL expression over the figures "+figureNames())
	}
	if ast.OutputType() != cel.BoolType {
		return nil, ledger.Refuse("policy.expression", fmt.Sprintf("%q gives %s", expression, ast.OutputType()), "an expression that gives true or false")
	}
	p, err := env.Program(ast, cel.CostLimit(10_000))
	if err != nil {
		return nil, ledger.Refuse("policy.expression", fmt.Sprintf("%q: %v", expression, err), "a CEL expression over the figures "+figureNames())
	}
	programs.Store(expression, p)
	return p, nil
}

// known are figures as a program asks for them.
type known struct{ Figures }

// ResolveName is a figure by the name that it has in expressions.
func (k known) ResolveName(name string) (any, bool) {
	value, ok := figureValues[name]
	if !ok {
		return nil, false
	}
	return value(&k.Figures), true
}

// Parent is nil: there is nothing else to ask for.
func (known) Parent() cel.Activation { return nil }

// holds evaluates an expression; one that cannot be evaluated does not hold,
// and says why.
func holds(expression ledger.Line, f Figures) (bool, error) {
	p, err := Compile(expression)
	if err != nil {
		return false, err
	}
	out, _, err := p.Eval(known{f})
	if err != nil {
		return false, fmt.Errorf("%q: %w", expression, err)
	}
	b, _ := out.Value().(bool)
	return b, nil
}
