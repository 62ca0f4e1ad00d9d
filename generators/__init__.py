"""What leaves: proposals, labelled images, demonstrations, the store, exports, the report."""
