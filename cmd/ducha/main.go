// Command ducha (督查) runs an accountability ledger and speaks to one.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"ducha/cmd/internal/doors"
	"ducha/ledger"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	m := &Main{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Args: os.Args[1:]}
	os.Exit(m.Run(ctx))
}

// Main is the program with its ends open, so that tests start what users start.
type Main struct {
	In       io.Reader
	Out, Err io.Writer
	Args     []string
	Clock    func() time.Time // of statements that an import signs; nil: the wall clock
}

// Exit codes beside those of the error table (see doors.Answers).
const (
	exitFindings    = 1 // a check ran and found something
	exitUsage       = 2
	exitUndecided   = 3 // a check ran and could not tell: check again later, or elsewhere
	exitInterrupted = 130
)

// errFindings says that a check has printed what it found.
var errFindings = errors.New("findings")

// errUndecided says that a check has printed why it could not tell.
var errUndecided = errors.New("undecided")

// usageError marks an error of how the program was called.
type usageError struct{ error }

// checked remembers that something could not be written: a receipt that went
// nowhere must not look like success.
type checked struct {
	io.Writer
	err error
}

func (c *checked) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	if err != nil && c.err == nil {
		c.err = err
	}
	return n, err
}

// Run runs one command and gives its exit code.
func (m *Main) Run(ctx context.Context) int {
	a := &app{Main: m}
	root := a.root()
	root.SetArgs(m.Args)
	root.SetIn(m.In)
	out := &checked{Writer: m.Out}
	m.Out = out
	root.SetOut(m.Out)
	root.SetErr(m.Err)
	err := root.ExecuteContext(ctx)
	if err == nil && out.err != nil {
		err = fmt.Errorf("what was said could not be written: %w", out.err)
	}
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled) && ledger.ClassOf(err) == ledger.Internal:
		return exitInterrupted
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.Is(err, errUndecided):
		return exitUndecided
	case errors.As(err, &usage):
		fmt.Fprintln(m.Err, err)
		return exitUsage
	}
	a.fail(err)
	return doors.AnswerTo(err).Exit
}
