package main

import (
	"crypto/rand"
	"fmt"
	"os"

	"ducha/cmd/internal/node"
	"ducha/ledger/seal"

	"github.com/spf13/cobra"
)

func (a *app) keyCommand() *cobra.Command {
	c := &cobra.Command{Use: "key", Short: "密钥 keys: new, show, list, check", Args: noCommand, RunE: help}
	c.AddCommand(a.keyNewCommand(), a.keyShowCommand(), a.keyListCommand(), a.keyCheckCommand())
	return c
}

func (a *app) keyNewCommand() *cobra.Command {
	var out, algorithm string
	c := &cobra.Command{
		Use: "new", Short: "生成密钥 make a key (Ed25519 or SM2)", Args: cobra.NoArgs,
		Example: "  ducha key new --algorithm SM2 -o fgw.pem",
		RunE: func(*cobra.Command, []string) error {
			if err := required("output", out); err != nil {
				return err
			}
			alg, err := seal.ParseAlgorithm(algorithm)
			if err != nil {
				return usageError{err}
			}
			key, err := seal.GenerateKey(alg, rand.Reader)
			if err != nil {
				return err
			}
			if err := node.WriteKey(out, key); err != nil {
				return err
			}
			return a.showKey(out, key.Public())
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "私钥文件 file for the private key (PKCS#8 PEM)")
	c.Flags().StringVar(&algorithm, "algorithm", string(seal.Ed25519), "Ed25519|SM2")
	return c
}

func (a *app) keyShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show FILE", Short: "查看公钥 show the public key of a key file", Args: exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			data, err := os.ReadFile(args[0])
			if err != nil {
				return usageError{err}
			}
			if public, err := seal.ParsePublicKey(data); err == nil {
				return a.showKey(args[0], public)
			}
			key, err := node.ReadKey(args[0])
			if err != nil {
				return err
			}
			return a.showKey(args[0], key.Public())
		},
	}
}

func (a *app) showKey(file string, key seal.PublicKey) error {
	if a.json {
		return a.emit(map[string]string{"file": file, "algorithm": string(key.Algorithm()), "keyid": string(key.ID()), "public_key": string(key.PEM())})
	}
	a.printf("密钥文件  %s\n算法      %s\n公钥编号  %s", "file       %s\nalgorithm  %s\nkey id     %s", file, key.Algorithm(), key.ID())
	fmt.Fprintf(a.Out, "%s", key.PEM())
	return nil
}

// exactly is cobra.ExactArgs as an error of usage.
func exactly(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := cobra.ExactArgs(n)(c, args); err != nil {
			return usageError{fmt.Errorf("%w: %s", err, c.UseLine())}
		}
		return nil
	}
}
