package stream

import (
	"context"
	"errors"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

func TestReadersGiveWhatWasAppended(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		nc := s.ledger(t)
		w, st := writer(t, nc, WriterOptions{})
		want := appendAll(t, w, some(t, 40))

		require.Equal(t, want, records(t, st.Read(t.Context(), 0)))
		require.Equal(t, want[30:], records(t, st.Read(t.Context(), 30)))
		require.Empty(t, records(t, st.Read(t.Context(), 40)))
		require.Empty(t, records(t, st.Read(t.Context(), 99)))

		var trail, task []ledger.Record
		for _, r := range want {
			if r.Place.Unit == "u03" {
				trail = append(trail, r)
			}
			if r.Place.Task == "T05" {
				task = append(task, r)
			}
		}
		require.Equal(t, trail, records(t, st.Trail(t.Context(), "u03")))
		require.Equal(t, task, records(t, st.Task(t.Context(), "T05")))
		require.Empty(t, records(t, st.Trail(t.Context(), "nobody")))
		require.Empty(t, records(t, st.Task(t.Context(), "T99")))

		got, err := st.Get(t.Context(), 17)
		require.NoError(t, err)
		require.Equal(t, want[16], got)
		for _, n := range []uint64{41, 1 << 40} {
			_, err = st.Get(t.Context(), n)
			refusedWith(t, err, ledger.NotFound, "stream.record")
		}
	})
}

func TestAReaderMayStopEarly(t *testing.T) {
	s := one(t)
	w, st := writer(t, s.ledger(t), WriterOptions{})
	appendAll(t, w, some(t, 5))
	for r, err := range st.Follow(t.Context(), 0) {
		require.NoError(t, err)
		if r.Sequence == 3 {
			break
		}
	}
	// and its consumer is dropped at once, not after a minute
	js, err := jetstream.New(s.admin(t))
	require.NoError(t, err)
	admin, err := js.Stream(t.Context(), ledger.StreamName(campaign))
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		info, err := admin.Info(t.Context())
		return err == nil && info.State.Consumers == 0
	}, 5*time.Second, 10*time.Millisecond)
}

func TestFollowEndsWithItsContext(t *testing.T) {
	s := one(t)
	_, st := writer(t, s.ledger(t), WriterOptions{})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	n := 0
	for _, err := range st.Follow(ctx, 0) {
		n++
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	require.Equal(t, 1, n)
}

// last is the error that a run of records ends with.
func last(seq Records) (n int, err error) {
	for _, err := range seq {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func TestReadersStopAtAGap(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store) {
		st, open := loose(t, s, 30)
		r, err := open.Get(t.Context(), 13)
		require.NoError(t, err)
		require.NoError(t, st.DeleteMsg(t.Context(), 13))

		// Nothing past the gap is ever given; a reader that had to wait may find the
		// damage before it was given all that stands before it.
		n, err := last(open.Follow(t.Context(), 0))
		require.LessOrEqual(t, n, 12)
		require.Equal(t, ledger.Damaged, ledger.ClassOf(err), "%v", err)
		_, err = last(open.Follow(t.Context(), 13))
		require.Equal(t, ledger.Damaged, ledger.ClassOf(err), "one that starts after it finds it once it waits")
		_, err = last(open.Read(t.Context(), 0))
		require.Equal(t, ledger.Damaged, ledger.ClassOf(err))
		_, err = last(open.Trail(t.Context(), r.Place.Unit))
		refusedWith(t, err, ledger.Damaged, "stream.version")
		_, err = last(open.Task(t.Context(), r.Place.Task))
		refusedWith(t, err, ledger.Damaged, "stream.version")
		_, err = open.Get(t.Context(), 13)
		refusedWith(t, err, ledger.NotFound, "stream.record")
	})
}

func TestAFollowerFindsALossWhileItWaits(t *testing.T) {
	t.Parallel()
	s := one(t)
	st, open := loose(t, s, 5)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got error
	for r, err := range open.Follow(ctx, 0) {
		if got = err; err == nil && r.Sequence == 5 {
			require.NoError(t, st.DeleteMsg(ctx, 2))
		}
	}
	require.Equal(t, ledger.Damaged, ledger.ClassOf(got), "%v", got)
}

// Only the writer may write into the stream: a message that is no record is damage.
func TestAMessageThatIsNoRecordIsDamage(t *testing.T) {
	for name, subject := range map[string]string{"without headers": "ledger.ja2023.fgw.T01.progress", "at another place": "ledger.ja2023.x"} {
		t.Run(name, func(t *testing.T) {
			s := one(t)
			nc := s.ledger(t)
			w, st := writer(t, nc, WriterOptions{})
			appendAll(t, w, some(t, 2))
			_, err := nc.Request(subject, []byte("{}"), 10*time.Second) // answered once it is stored
			require.NoError(t, err)
			n, err := last(st.Read(t.Context(), 0))
			require.Equal(t, 2, n)
			refusedWith(t, err, ledger.Damaged, "stream.message")
			_, err = st.Get(t.Context(), 3)
			refusedWith(t, err, ledger.Damaged, "stream.message")
		})
	}
}

func TestFollowSurvivesALostConnection(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		s.create(t, Config{})
		w, _ := writer(t, s.connect(t), WriterOptions{})
		first := appendAll(t, w, some(t, 10))
		reading := s.connect(t)
		st, err := Open(t.Context(), reading, campaign)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var got, want []ledger.Record
		for r, err := range st.Follow(ctx, 0) {
			require.NoError(t, err)
			got = append(got, r)
			switch len(got) {
			case 10:
				require.NoError(t, reading.ForceReconnect())
				want = append(first, appendAll(t, w, some(t, 10))...)
			case 20:
				cancel()
			}
			if len(got) == 20 {
				break
			}
		}
		require.Equal(t, want, got)
	})
}

func TestFollowSurvivesAChangeOfLeader(t *testing.T) {
	t.Parallel()
	s := three(t)
	s.create(t, Config{})
	nc := s.connect(t)
	w, st := writer(t, nc, WriterOptions{})
	first := appendAll(t, w, some(t, 10))
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	var got, want []ledger.Record
	for r, err := range st.Follow(ctx, 0) {
		require.NoError(t, err)
		got = append(got, r)
		if len(got) == 10 {
			_, err := s.admin(t).Request("$JS.API.STREAM.LEADER.STEPDOWN."+ledger.StreamName(campaign), nil, 5*time.Second)
			require.NoError(t, err)
			// This is about readers: the writer gets its new leader first.
			require.Eventually(t, func() bool { _, err := st.Last(ctx); return err == nil }, 20*time.Second, 50*time.Millisecond)
			want = append(first, appendAll(t, w, some(t, 10))...)
		}
		if len(got) == 20 {
			break
		}
	}
	require.Equal(t, want, got)
}

func TestAReaderOfAClosedConnectionIsTold(t *testing.T) {
	s := one(t)
	nc := s.ledger(t)
	w, st := writer(t, nc, WriterOptions{})
	appendAll(t, w, some(t, 1))
	nc.Close()
	_, err := last(st.Follow(t.Context(), 0))
	refusedWith(t, err, ledger.Unavailable, "stream.reach")
	_, err = st.Get(t.Context(), 1)
	require.Equal(t, ledger.Unavailable, ledger.ClassOf(err))
	require.False(t, errors.Is(err, context.Canceled))
}
