"""The protocol: rules for every request and every answer, independent of the resource."""
