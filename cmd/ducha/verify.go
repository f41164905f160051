package main

import (
	"errors"

	"ducha/cmd/internal/verify"

	"github.com/spf13/cobra"
)

func (a *app) verifyCommand() *cobra.Command {
	v := &verify.Command{In: a.In, Out: a.Out}
	c := &cobra.Command{
		Use: "verify FILE...", Short: "脱机核验导出的台账 verify exported trails, offline", Args: cobra.MinimumNArgs(1),
		Long: verify.Long + "\nducha-verify does the same and is all that an auditor needs.",
		RunE: func(c *cobra.Command, args []string) error {
			v.JSON, v.Lang = a.json, a.lang
			switch err := v.Run(c.Context(), args); {
			case errors.Is(err, verify.ErrFindings):
				return errFindings
			case err != nil:
				return usageError{err}
			}
			return nil
		},
	}
	v.Flags(c)
	return c
}
