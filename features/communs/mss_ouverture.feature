# language: fr
Fonctionnalité: Ouverture d'une boîte MSSanté
  Chaque boîte s'ouvre comme le veut son type, dans l'ordre, chez un opérateur de l'IGC Santé, et se rouvre d'elle-même.

  @MSS/va1.06.01
  Scénario: Un opérateur au certificat de l'IGC Santé est accepté
    # Le texte officiel se contente de la poignée TLS ; l'envoi et la relève montrent que la connexion sert.
    Quand le professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Alors l'opérateur au certificat de l'IGC Santé est accepté en envoi
    Et l'opérateur au certificat de l'IGC Santé est accepté en relève

  @MSS/CONF.04.01
  Scénario: Une boîte se configure d'elle-même à partir de son adresse
    # Le fichier annonce des ports que rien d'autre ne donne : s'y connecter montre qu'il a été lu. Deux boîtes.
    Quand le professionnel fait configurer sa boîte d'après sa seule adresse
    Et un autre professionnel fait configurer sa boîte d'après sa seule adresse
    Et le professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Et un autre professionnel relève sa boîte MSSanté
    Alors le professionnel se sert en envoi des paramètres lus
    Et le professionnel se sert en relève des paramètres lus
    Et un autre professionnel se sert en relève des paramètres lus

  # Le cas MSS-LPS-SEGUR-PER-ORG de l'outil de test de l'ANS reste la preuve à apporter pour le scénario précédent et les
  # deux qui suivent, et MSS-LPS-SEGUR-APP pour le dernier ; l'opérateur simulé en est la répétition.
  @MSS/CONF.07.01
  Scénario: Une boîte personnelle ou organisationnelle s'ouvre par le jeton Pro Santé Connect
    Quand le professionnel envoie un courriel par MSSanté
    Et un autre professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Et un autre professionnel relève sa boîte MSSanté
    Et le professionnel essaie d'envoyer un courriel depuis la boîte du secrétariat
    Alors chaque boîte personnelle ou organisationnelle s'est ouverte par STARTTLS, XOAUTH2, puis l'accord
    Et la boîte du secrétariat s'est ouverte ainsi, si le logiciel en a une
    # Connecté par Pro Santé Connect, c'est son propre jeton qui ouvre sa boîte.
    Quand un autre professionnel, si le logiciel le permet, s'identifie par Pro Santé Connect
    Et un autre professionnel envoie un courriel par MSSanté
    Et un autre professionnel relève sa boîte MSSanté
    Alors chaque boîte s'ouvre avec le jeton d'un autre professionnel, s'il est connecté par Pro Santé Connect

  @MSS/CONF.11.01
  Scénario: Une session coupée par l'opérateur se rouvre d'elle-même
    # La coupure survient hors de tout geste ; l'authentification de la personne, elle, reste valable.
    Quand le professionnel, si le logiciel le permet, s'identifie par Pro Santé Connect
    Et le professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Alors l'opérateur en règle est accepté en envoi
    Et l'opérateur en règle est accepté en relève
    Quand l'opérateur met fin aux sessions de messagerie ouvertes
    Et le professionnel envoie un courriel par MSSanté
    Et le professionnel relève sa boîte MSSanté
    Alors la session en envoi s'est rouverte d'elle-même après la coupure
    Et la session en relève s'est rouverte d'elle-même après la coupure

  @MSS/CONF.12.01
  Scénario: La boîte applicative s'ouvre par un certificat d'organisation
    Quand le logiciel envoie un courriel depuis sa boîte applicative
    Et le logiciel relève sa boîte applicative
    Alors la boîte applicative s'est ouverte par un certificat d'organisation, puis PLAIN à son adresse
