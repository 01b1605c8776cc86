"""Recording a real endpoint, replaying what was recorded, and learning from it how long answers take."""
