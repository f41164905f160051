package main

import (
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/witness"
	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/spf13/cobra"
)

func (a *app) witnessCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "witness", Short: "见证人:替他人的台账日志共签,使其不能有两份历史 cosign the logs of others", Args: noCommand, RunE: help,
		Long: `见证人只看检查点(日志名、条数、根),记住每份日志上一次共签到哪里,只共签与之相承的检查点。
审计局、纪委监委等各设一个,台账就无法对不同的人出示不同的历史。

A witness sees checkpoints only. It remembers how far it cosigned each log, and
cosigns what continues that and nothing else. See docs/witness.md.`,
	}
	c.AddCommand(a.witnessInit(), a.witnessServe(), a.witnessLog(), a.witnessStatus())
	return c
}

// openWitness calls with the witness in the data folder.
func (a *app) openWitness(call func(*witness.Witness) error) (err error) {
	if err := required("data", a.data); err != nil {
		return err
	}
	w, err := witness.Open(a.data, time.Now)
	if err != nil {
		return err
	}
	w.Logger = a.logger()
	defer func() { err = errors.Join(err, w.Close()) }()
	return call(w)
}

func (a *app) witnessInit() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use: "init", Short: "新建见证人及其密钥 make a witness and its key", Args: cobra.NoArgs,
		Example: "  ducha witness init --data witness --name sjj.ja.example/ducha",
		RunE: func(*cobra.Command, []string) error {
			if err := errors.Join(required("data", a.data), required("name", name)); err != nil {
				return err
			}
			key, err := seal.GenerateKey(seal.Ed25519, rand.Reader)
			if err != nil {
				return err
			}
			if err := witness.Create(a.data, name, key); err != nil {
				return err
			}
			return a.openWitness(func(w *witness.Witness) error {
				if a.json {
					return a.emit(map[string]string{"name": w.Name(), "verifier_key": w.VerifierKey()})
				}
				a.printf("已建见证人 %s。请将下面一行交台账运维写入其 witnesses 文件,并交核验者写入信任策略(补上地址):\nwitness %s %s http://...",
					"made the witness %s. For the ledger's file witnesses, and for the policies of those who verify (add the URL):\nwitness %s %s http://...", w.Name(), policyName(w.Name()), w.VerifierKey())
				return nil
			})
		},
	}
	c.Flags().StringVar(&name, "name", "", "见证人名称,形如 sjj.ja.example/ducha name, like a URL without scheme")
	return c
}

// policyName is a name for a witness in a policy: the first label of its own.
func policyName(name string) string {
	name, _, _ = strings.Cut(name, "/")
	name, _, _ = strings.Cut(name, ".")
	return name
}

func (a *app) witnessServe() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use: "serve", Short: "提供共签服务 serve add-checkpoint (c2sp.org/tlog-witness)", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.openWitness(func(w *witness.Witness) error {
				l, err := api.Listen(c.Context(), listen, "", "")
				if err != nil {
					return err
				}
				base := "http://" + l.Addr().String()
				if a.json {
					if err := a.emit(map[string]string{"server": base, "name": w.Name(), "verifier_key": w.VerifierKey()}); err != nil {
						return err
					}
				} else {
					a.printf("见证人 %[1]s 已就绪:%[2]s\nwitness %[3]s %[4]s %[2]s\n只监听本机地址;对外请置于反向代理之后。Ctrl-C 结束。",
						"witness %[1]s is ready at %[2]s\nwitness %[3]s %[4]s %[2]s\nLoopback only; put a reverse proxy before it. Ctrl-C ends it.", w.Name(), base, policyName(w.Name()), w.VerifierKey())
				}
				return w.Serve(c.Context(), l)
			})
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8421", "监听地址,只限本机 address to listen on, loopback only")
	return c
}

func (a *app) witnessLog() *cobra.Command {
	c := &cobra.Command{Use: "log", Short: "所见证的日志 the logs that it knows", Args: noCommand, RunE: help}
	c.AddCommand(&cobra.Command{
		Use: "add VKEY", Short: "认识一份日志(其公钥见台账的 /tlog/key),服务无须重启 know a log by its verifier key, also while serving", Args: exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := required("data", a.data); err != nil {
				return err
			}
			if err := witness.AddLog(a.data, strings.TrimSpace(args[0])); err != nil {
				return err
			}
			_, err := a.witnessed()
			return err
		},
	}, &cobra.Command{
		Use: "list", Short: "列出所见证的日志 list the logs", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { _, err := a.witnessed(); return err },
	})
	return c
}

func (a *app) witnessStatus() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "每份日志共签到哪里、拒绝过什么;有舞弊证据则退出码为 1 how far each log is cosigned, and what was refused; exit code 1 with proof of fraud", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			list, err := a.witnessed()
			for _, s := range list {
				if err == nil && len(s.Forks) > 0 {
					err = errFindings
				}
			}
			return err
		},
	}
}

// witnessed prints what a witness knows, also while it serves.
func (a *app) witnessed() ([]witness.Status, error) {
	if err := required("data", a.data); err != nil {
		return nil, err
	}
	list, err := witness.Look(a.data)
	if err != nil {
		return nil, err
	}
	if a.json {
		return list, a.emit(list)
	}
	if len(list) == 0 {
		a.printf("尚无日志:ducha witness log add VKEY", "no log yet: ducha witness log add VKEY")
	}
	for _, s := range list {
		if s.Cosigned.IsZero() {
			a.printf("%s  尚未共签", "%s  nothing cosigned yet", s.Origin)
		} else {
			a.printf("%s  共签至 %d 条,根 %s,%s", "%s  cosigned up to %d, root %s, %s", s.Origin, s.Size, s.Root, s.Cosigned.In(ledger.Shanghai).Format(time.DateTime))
		}
		a.printf("  公钥 %s", "  key %s", s.Key)
		for _, path := range s.Forks {
			a.printf("  ! 该日志为同一条数签署了两个根,即为舞弊证据,已存:%s", "  ! the log signed two roots of one size: proof of fraud, kept in %s", path)
		}
		for _, path := range s.Refused {
			a.printf("  ? 该日志签署了检查点而未能证明与前相承,已存备查:%s", "  ? the log signed a checkpoint and did not prove that it continues the last one, kept in %s", path)
		}
	}
	return list, nil
}
