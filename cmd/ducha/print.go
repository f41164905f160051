package main

import (
	"ducha/cmd/internal/client"
	"ducha/projections"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func (a *app) printCommand() *cobra.Command {
	var out, base string
	var receipt bool
	c := &cobra.Command{
		Use: "print ID|CODE", Short: "打印文书:交办单、催办单、通报、提请赋牌、督查通知、回执 the printed paper of a statement", Args: exactly(1),
		Long: `打印一条记录的文书(网页,A4):交办单、催办单、通报征求意见函、通报、提请赋牌函、赋牌决定书、督查通知;
其他记录打印受理回执。文书带查验码和二维码:扫码、或以 ducha print 查验码,即可找到该记录。

Writes the printed paper of a statement, a page for A4: a directive, a reminder, a
notice, a proposal, an inspection; the receipt of any other. It carries a code, also
as a QR code, by which the record is found again: ducha print CODE.`,
		Example: "  ducha print 018e0b1c-3043-7c1d-9b1e-0c4f5a6b7c8d -o 交办单.html\n  ducha print 1C7-9QXM-3D0K --json",
		RunE: func(c *cobra.Command, args []string) error {
			if base == "" && a.data == "" {
				base = a.server
			}
			return a.ask(c.Context(), func(l *client.Client) error {
				id := args[0]
				if _, err := uuid.Parse(id); err != nil {
					coded, err := l.Coded(c.Context(), id)
					if err != nil {
						return err
					}
					if a.json && out == "" {
						return a.emit(coded)
					}
					id = coded.ID
				}
				kind := "own"
				if receipt {
					kind = "receipt"
				}
				page, err := l.Paper(c.Context(), id, kind, base, a.lang)
				if err != nil {
					return err
				}
				return a.printed(page, id, out)
			})
		},
	}
	f := c.Flags()
	f.StringVarP(&out, "output", "o", "", "输出文件 file to write (default: standard output)")
	f.StringVar(&base, "base", "", "查验地址 where the code is looked up (default: the server)")
	f.BoolVar(&receipt, "receipt", false, "打印受理回执 the receipt, whatever the statement is")
	return c
}

func (a *app) printed(page []byte, id, out string) error {
	if out == "" {
		_, err := a.Out.Write(page)
		return err
	}
	if err := writeNew(out, page); err != nil {
		return err
	}
	if a.json {
		return a.emit(map[string]any{"file": out, "id": id, "sha256": projections.DigestOf(page)})
	}
	a.printf("已写出 %s:用浏览器打开并打印", "wrote %s: open it in a browser and print", out)
	return nil
}
