//go:build race

package judges

func init() { raced = true }
