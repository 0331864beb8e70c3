"""The course and its gradebook: who has which grade, how it came about, whether it still holds."""
