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

	"ducha/cmd/internal/doors"
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
}

// Exit codes beside those of the error table (see doors.Answers).
const (
	exitFindings = 1 // a check ran and found something
	exitUsage    = 2
)

// errFindings says that a check has printed what it found.
var errFindings = errors.New("findings")

// usageError marks an error of how the program was called.
type usageError struct{ error }

// Run runs one command and gives its exit code.
func (m *Main) Run(ctx context.Context) int {
	a := &app{Main: m}
	root := a.root()
	root.SetArgs(m.Args)
	root.SetIn(m.In)
	root.SetOut(m.Out)
	root.SetErr(m.Err)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return 0
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.As(err, &usage):
		fmt.Fprintln(m.Err, err)
		return exitUsage
	}
	a.fail(err)
	return doors.AnswerTo(err).Exit
}
