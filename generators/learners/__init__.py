"""Reference learners: small policies trained from demonstrations, to measure data with.

| file | is |
|---|---|
| `features.py` | what a policy that reads states is given |
| `samples.py` | demonstrations as arrays to learn from |
| `networks/` | one network a file; PyTorch is the extra `learn` |
| `nearest.py` | the nearest demonstrated state, with NumPy alone |
| `training.py` | the one training function |
| `cards.py` | what is saved beside weights |
| `policies.py` | from a network to actions |
"""
