# The id and bytes of a message are not written down before it goes out: after a crash it goes out as another one.
# of: core/gateway/gateway_send.c
# says: is told twice
# from: 6
/^static void attempt/,/^}/s/gateway->effects.put_notice(gateway->effects.arg, notice);//
