# language: fr
Fonctionnalité: Connexion à l'opérateur MSSanté
  Le logiciel chiffre avant tout, n'emploie que les suites admises, et ne confie rien à un opérateur défaillant.
  Chaque refus a son contrôle positif : le même opérateur, en règle, est accepté dans le même scénario.

  @MSS/va1.03.01
  Scénario: Envois et relèves passent dans le canal TLS, quel que soit l'opérateur
    # Le texte officiel demande un envoi ; l'exigence porte sur tous les protocoles et toutes les transactions.
    Quand le professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Alors rien n'a circulé hors du canal TLS
    Et l'opérateur en règle est accepté en envoi
    Et l'opérateur en règle est accepté en relève
    Et chaque connexion est en TLS 1.2 au moins
    Et la suite et l'échange de clés de chaque connexion sont admis
    Quand le professionnel envoie un courriel par un opérateur qui n'annonce pas STARTTLS
    Et le professionnel relève sa boîte chez un opérateur qui n'annonce pas STARTTLS
    Alors l'opérateur qui n'annonce pas STARTTLS est refusé en envoi, et rien ne lui est confié
    Et l'opérateur qui n'annonce pas STARTTLS est refusé en relève, et rien ne lui est confié
    Quand le professionnel envoie un courriel par un opérateur au certificat d'une autre autorité
    Et le professionnel relève sa boîte chez un opérateur au certificat d'une autre autorité
    Alors l'opérateur au certificat d'une autre autorité est refusé en envoi, et rien ne lui est confié
    Et l'opérateur au certificat d'une autre autorité est refusé en relève, et rien ne lui est confié
    Quand le professionnel envoie un courriel par un opérateur au certificat d'une autre gamme
    Et le professionnel relève sa boîte chez un opérateur au certificat d'une autre gamme
    Alors l'opérateur au certificat d'une autre gamme est refusé en envoi, et rien ne lui est confié
    Et l'opérateur au certificat d'une autre gamme est refusé en relève, et rien ne lui est confié
    Et rien n'a circulé hors du canal TLS

  @MSS/va1.04.01
  Scénario: Un opérateur au certificat expiré est refusé
    # Le texte officiel se contente d'une configuration ; ici le certificat est vraiment expiré, et le refus se voit.
    Quand le professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Alors l'opérateur en règle est accepté en envoi
    Et l'opérateur en règle est accepté en relève
    Quand le professionnel envoie un courriel par un opérateur au certificat expiré
    Et un autre professionnel relève sa boîte chez un opérateur au certificat expiré
    Alors l'opérateur au certificat expiré est refusé en envoi, et rien ne lui est confié
    Et l'opérateur au certificat expiré est refusé en relève, et rien ne lui est confié
    Quand le professionnel envoie un courriel par un opérateur au certificat pas encore valable
    Et le professionnel relève sa boîte chez un opérateur au certificat pas encore valable
    Alors l'opérateur au certificat pas encore valable est refusé en envoi, et rien ne lui est confié
    Et l'opérateur au certificat pas encore valable est refusé en relève, et rien ne lui est confié
    Quand le professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Alors l'opérateur en règle est accepté en envoi
    Et l'opérateur en règle est accepté en relève

  @MSS/va1.31.01
  Scénario: Aucune autre version que TLS 1.2 n'est négociée
    # MSS/CONF.02 permet une version plus récente : un logiciel qui s'en sert est à vérifier ici, non fautif.
    Quand le professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Alors l'opérateur en règle est accepté en envoi
    Et l'opérateur en règle est accepté en relève
    Quand le professionnel envoie un courriel par un opérateur limité à TLS 1.1
    Et le professionnel relève sa boîte chez un opérateur limité à TLS 1.1
    Alors l'opérateur limité à TLS 1.1 est refusé en envoi, seul TLS 1.2 étant admis
    Et l'opérateur limité à TLS 1.1 est refusé en relève, seul TLS 1.2 étant admis
    Quand le professionnel envoie un courriel par un opérateur limité à TLS 1.3
    Et le professionnel relève sa boîte chez un opérateur limité à TLS 1.3
    Alors chaque connexion est en TLS 1.2, à l'exclusion de toute autre version

  @MSS/CONF.01.01
  Scénario: La connexion s'établit en TLS 1.2 et jamais plus bas
    Quand le professionnel envoie un courriel par un opérateur limité à TLS 1.2
    Et le professionnel relève sa boîte chez un opérateur limité à TLS 1.2
    Alors l'opérateur limité à TLS 1.2 est accepté en envoi
    Et l'opérateur limité à TLS 1.2 est accepté en relève
    Quand le professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Alors l'opérateur en règle est accepté en envoi
    Et l'opérateur en règle est accepté en relève
    Quand le professionnel envoie un courriel par un opérateur limité à TLS 1.1
    Et le professionnel relève sa boîte chez un opérateur limité à TLS 1.1
    Alors l'opérateur limité à TLS 1.1 est refusé en envoi, et rien ne lui est confié
    Et l'opérateur limité à TLS 1.1 est refusé en relève, et rien ne lui est confié
    Et chaque connexion est en TLS 1.2 au moins

  @MSS/CONF.02.01
  Scénario: Le canal TLS s'établit, et la faculté d'une version plus récente est relevée
    Quand le professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Alors l'opérateur en règle est accepté en envoi
    Et l'opérateur en règle est accepté en relève
    Et chaque connexion est en TLS 1.2 au moins
    Quand le professionnel envoie un courriel par un opérateur limité à TLS 1.3
    Et le professionnel relève sa boîte chez un opérateur limité à TLS 1.3
    Alors l'emploi de TLS 1.3 en envoi est relevé
    Et l'emploi de TLS 1.3 en relève est relevé

  @MSS/CONF.03.01
  Scénario: Seules les suites admises et des groupes assez longs sont négociés
    Quand le professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Alors l'opérateur en règle est accepté en envoi
    Et l'opérateur en règle est accepté en relève
    Quand le professionnel envoie un courriel par un opérateur aux suites faibles
    Et le professionnel relève sa boîte chez un opérateur aux suites faibles
    Alors l'opérateur aux suites faibles est refusé en envoi, et rien ne lui est confié
    Et l'opérateur aux suites faibles est refusé en relève, et rien ne lui est confié
    # « Uniquement » : une suite sûre que la liste ne nomme pas n'est pas admise non plus.
    Quand le professionnel envoie un courriel par un opérateur aux suites hors de la liste
    Et le professionnel relève sa boîte chez un opérateur aux suites hors de la liste
    Alors l'opérateur aux suites hors de la liste est refusé en envoi, et rien ne lui est confié
    Et l'opérateur aux suites hors de la liste est refusé en relève, et rien ne lui est confié
    Quand le professionnel envoie un courriel par un opérateur au groupe DH trop court
    Et le professionnel relève sa boîte chez un opérateur au groupe DH trop court
    Alors l'opérateur au groupe DH trop court est refusé en envoi, et rien ne lui est confié
    Et l'opérateur au groupe DH trop court est refusé en relève, et rien ne lui est confié
    Quand le professionnel envoie un courriel par un opérateur à la courbe trop courte
    Et le professionnel relève sa boîte chez un opérateur à la courbe trop courte
    Alors l'opérateur à la courbe trop courte est refusé en envoi, et rien ne lui est confié
    Et l'opérateur à la courbe trop courte est refusé en relève, et rien ne lui est confié
    Et la suite et l'échange de clés de chaque connexion sont admis

  @MSS/CONF.05.01
  Scénario: Le courriel part en SMTP après STARTTLS, et l'envoi se conduit bien quand l'opérateur faillit
    Quand le professionnel envoie un courriel par MSSanté
    Et un autre professionnel envoie un courriel par MSSanté
    Alors le courriel est remis à l'opérateur, dans les règles de SMTP
    Quand le professionnel envoie un courriel par un opérateur qui n'annonce pas STARTTLS
    Alors l'opérateur qui n'annonce pas STARTTLS est refusé en envoi, et rien ne lui est confié
    Quand le professionnel envoie un courriel par un opérateur qui répond n'importe quoi à la poignée TLS
    Alors l'opérateur qui répond n'importe quoi à la poignée TLS est refusé en envoi, et rien ne lui est confié
    Quand le professionnel envoie un courriel par un opérateur au certificat d'un autre nom
    Alors l'opérateur au certificat d'un autre nom est refusé en envoi, et rien ne lui est confié
    Quand le professionnel envoie un courriel par un opérateur qui refuse définitivement le destinataire
    Alors le refus définitif n'est ni répété ni montré comme un envoi
    Quand le professionnel envoie un courriel par un opérateur qui n'admet que de petits messages
    Alors le courriel trop gros n'est ni transmis malgré la limite annoncée ni montré comme un envoi
    Quand le professionnel envoie un courriel par un opérateur qui refuse pour un temps le destinataire
    Alors le refus temporaire est repris, ou montré en attente
    Quand le professionnel envoie un courriel par un opérateur qui coupe la connexion avant de répondre
    Alors le courriel coupé n'arrive pas deux fois
    Quand le professionnel envoie un courriel par MSSanté
    Alors le courriel est remis à l'opérateur, dans les règles de SMTP
    Et rien n'a circulé hors du canal TLS en envoi
    # Connecté par Pro Santé Connect, c'est son propre jeton qui ouvre sa boîte.
    Quand un autre professionnel, si le logiciel le permet, s'identifie par Pro Santé Connect
    Et un autre professionnel envoie un courriel par MSSanté
    Alors chaque boîte s'ouvre avec le jeton d'un autre professionnel, s'il est connecté par Pro Santé Connect

  @MSS/CONF.06.01
  Scénario: La boîte se relève en IMAP après STARTTLS
    Quand le professionnel relève sa boîte MSSanté
    Et un autre professionnel relève sa boîte MSSanté
    Alors la boîte est relevée dans les règles d'IMAP
    Quand le professionnel relève sa boîte chez un opérateur qui n'annonce pas STARTTLS
    Alors l'opérateur qui n'annonce pas STARTTLS est refusé en relève, et rien ne lui est confié
    Quand le professionnel relève sa boîte chez un opérateur qui répond n'importe quoi à la poignée TLS
    Alors l'opérateur qui répond n'importe quoi à la poignée TLS est refusé en relève, et rien ne lui est confié
    Quand le professionnel relève sa boîte chez un opérateur au certificat d'un autre nom
    Alors l'opérateur au certificat d'un autre nom est refusé en relève, et rien ne lui est confié
    Quand le professionnel relève sa boîte MSSanté
    Alors la boîte est relevée dans les règles d'IMAP
    Et rien n'a circulé hors du canal TLS en relève
    Quand le professionnel, si le logiciel le permet, s'identifie par Pro Santé Connect
    Et un autre professionnel, si le logiciel le permet, s'identifie par Pro Santé Connect
    Et le professionnel relève sa boîte MSSanté
    Alors chaque boîte s'ouvre avec le jeton du professionnel, s'il est connecté par Pro Santé Connect

  @MSS/CONF.22.01
  Scénario: La dernière CRL valable est gardée, et elle sert
    # L'exigence ne vaut que pour un contrôle par CRL : l'OCSP est tu, pour que rien d'autre n'explique l'issue.
    Quand le professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Alors l'opérateur en règle est accepté en envoi
    Et l'opérateur en règle est accepté en relève
    Et la façon dont le logiciel contrôle la révocation est relevée
    Quand le professionnel envoie un courriel par un opérateur dont l'OCSP ne répond plus
    Et le professionnel relève sa boîte chez un opérateur dont l'OCSP ne répond plus
    Et le professionnel envoie un courriel par un opérateur dont ni la CRL ni l'OCSP ne répondent plus
    Et le professionnel relève sa boîte chez un opérateur dont ni la CRL ni l'OCSP ne répondent plus
    Alors la dernière CRL permet la connexion en envoi à l'opérateur dont ni la CRL ni l'OCSP ne répondent plus
    Et la dernière CRL permet la connexion en relève à l'opérateur dont ni la CRL ni l'OCSP ne répondent plus
    Quand le professionnel envoie un courriel par un opérateur dont la CRL publiée est périmée et l'OCSP muet
    Et le professionnel relève sa boîte chez un opérateur dont la CRL publiée est périmée et l'OCSP muet
    Alors la dernière CRL permet la connexion en envoi à l'opérateur dont la CRL publiée est périmée et l'OCSP muet
    Et la dernière CRL permet la connexion en relève à l'opérateur dont la CRL publiée est périmée et l'OCSP muet
    Quand le professionnel envoie un courriel par un opérateur au certificat révoqué, alors que ni la CRL ni l'OCSP ne répondent plus
    Et le professionnel relève sa boîte chez un opérateur au certificat révoqué, alors que ni la CRL ni l'OCSP ne répondent plus
    Alors la dernière CRL fait refuser en envoi l'opérateur au certificat révoqué
    Et la dernière CRL fait refuser en relève l'opérateur au certificat révoqué

  @MSS/CONF.17.01
  Scénario: Chaque envoi et chaque consultation laissent une trace
    # Le texte officiel demande un envoi ; un envoi refusé et une relève montrent que tout traitement est tracé.
    Étant donné les traces MSSanté déjà présentes dans le logiciel
    Quand le professionnel envoie un courriel par MSSanté
    Et le professionnel envoie un courriel par un opérateur qui refuse définitivement le destinataire
    Et un autre professionnel relève sa boîte MSSanté
    Alors chaque traitement opéré sur une boîte MSSanté est tracé

  @MSS/CONF.18.01
  Scénario: La trace dit qui, quand, quoi, la demande et la réponse, échecs compris
    Étant donné les traces MSSanté déjà présentes dans le logiciel
    Quand le professionnel envoie un courriel par MSSanté
    Et un autre professionnel envoie un courriel par MSSanté
    Et le professionnel envoie un courriel par un opérateur qui refuse définitivement le destinataire
    Et le professionnel relève sa boîte MSSanté
    Alors chaque trace dit qui, quand, quoi, la demande faite à l'opérateur et sa réponse
    Et aucune trace ne garde le texte d'un courriel
