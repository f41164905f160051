package natsd

import (
	"fmt"
	"log/slog"
)

// slogger passes what nats-server logs on to slog; what it calls fatal does not
// end the process: whoever starts the server is told the first of it.
type slogger struct {
	log   *slog.Logger
	fatal chan<- string // holds one
}

func (l slogger) Noticef(format string, v ...any) { l.log.Info(fmt.Sprintf(format, v...)) }
func (l slogger) Warnf(format string, v ...any)   { l.log.Warn(fmt.Sprintf(format, v...)) }
func (l slogger) Errorf(format string, v ...any)  { l.log.Error(fmt.Sprintf(format, v...)) }
func (l slogger) Debugf(string, ...any)           {}
func (l slogger) Tracef(string, ...any)           {}

func (l slogger) Fatalf(format string, v ...any) {
	l.Errorf(format, v...)
	select {
	case l.fatal <- fmt.Sprintf(format, v...):
	default:
	}
}
