package natsd

import (
	"crypto/rand"

	"ducha/ledger"

	"github.com/nats-io/nats-server/v2/server"
	"golang.org/x/crypto/bcrypt"
)

const (
	runUser   = "ledger"
	adminUser = "admin"
	inbox     = "_INBOX_ledger"
)

// users are the server's users. The passwords are made at every start and never
// leave the process.
type users struct{ run, admin string }

func newUsers(admin bool) users {
	u := users{run: rand.Text()}
	if admin {
		u.admin = rand.Text()
	}
	return u
}

func (u users) list(campaign ledger.LocalID) []*server.User {
	stream, bucket := ledger.StreamName(campaign), ledger.BucketName(campaign)
	files := "OBJ_" + bucket
	list := []*server.User{{Username: runUser, Password: hashed(u.run), Permissions: &server.Permissions{
		Publish: &server.SubjectPermission{Allow: []string{
			// The files of evidence: half a file is purged, a sealed one too. The ledger's
			// own stream knows neither.
			"$O." + bucket + ".>",
			"$JS.API.STREAM.INFO." + files,
			"$JS.API.STREAM.MSG.GET." + files,
			"$JS.API.DIRECT.GET." + files + ".>",
			"$JS.API.STREAM.PURGE." + files,
			"$JS.API.CONSUMER.CREATE." + files + ".>",
			"$JS.API.CONSUMER.INFO." + files + ".*",
			"$JS.API.CONSUMER.DELETE." + files + ".*",
			"$JS.FC.>",
			"$JS.ACK." + files + ".>",

			"ledger." + string(campaign) + ".>",
			"$JS.API.INFO",
			"$JS.API.STREAM.INFO." + stream,
			"$JS.API.STREAM.MSG.GET." + stream,
			"$JS.API.CONSUMER.CREATE." + stream + ".>",
			"$JS.API.CONSUMER.INFO." + stream + ".*",
			"$JS.API.CONSUMER.DELETE." + stream + ".*",
			"$JS.API.CONSUMER.MSG.NEXT." + stream + ".*",
			"$JS.ACK." + stream + ".>",
			"$JS.ACK.*.*." + stream + ".>",
		}},
		Subscribe: &server.SubjectPermission{Allow: []string{inbox + ".>"}},
	}}}
	if u.admin != "" {
		list = append(list, &server.User{Username: adminUser, Password: hashed(u.admin)})
	}
	return list
}

// hashed is a password as the server keeps it. The least cost will do: there is
// nothing to guess in 130 random bits.
func hashed(password string) string {
	h, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		panic(err) // only for a password that is too long
	}
	return string(h)
}
