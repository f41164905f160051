package node

// Dir is the data folder.
func (n *Node) Dir() string { return n.options.Dir }
