-- What a passage means, as 384 numbers of four bytes: made once, so that any node can build its index without the model.
alter table knowledge_chunk add column vector bytea check (length(vector) = 1536);

-- those that wait for their vector: none, most of the time
create index knowledge_chunk_unembedded on knowledge_chunk (base_id) where vector is null;
