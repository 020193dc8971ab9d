# language: fr
Fonctionnalité: Appels des services au nom de la personne connectée par Pro Santé Connect
  Ce que la personne connectée fait au DMP et à INSi porte son identité, jamais celle d'un autre.

  @DMP/PSC.01.01
  Scénario: Chaque professionnel connecté par Pro Santé Connect appelle le DMP en son nom
    # Le texte officiel demande une personne ; une seconde montre que rien n'est figé.
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Alice » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Bruno » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel s'identifie
    Et le professionnel envoie au DMP un compte rendu du patient « Alice »
    Alors le DMP a été appelé au nom du professionnel connecté par Pro Santé Connect
    Et les traces du logiciel disent que le professionnel a appelé le DMP, connecté par Pro Santé Connect
    Quand un autre professionnel s'identifie
    Et un autre professionnel envoie au DMP un compte rendu du patient « Bruno »
    Alors le DMP a été appelé au nom d'un autre professionnel connecté par Pro Santé Connect
    Et les traces du logiciel disent qu'un autre professionnel a appelé le DMP, connecté par Pro Santé Connect
    # Une session neuve, que le logiciel doit rafraîchir avant son premier appel.
    Quand le professionnel ferme sa session
    Et le professionnel s'identifie
    Et le professionnel laisse périmer son jeton, puis envoie au DMP un compte rendu du patient « Alice »
    Alors le DMP a été appelé au nom du professionnel connecté par Pro Santé Connect

  @INS/PSC.01.01
  Scénario: Chaque professionnel connecté par Pro Santé Connect appelle INSi en son nom
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Chloé » connu d'INSi
    Et un patient « Denis » connu d'INSi
    Et la fiche du patient « Chloé » dans le logiciel
    Et la fiche du patient « Denis » dans le logiciel
    Quand le professionnel s'identifie
    Et le professionnel appelle INSi pour le patient « Chloé »
    Alors INSi a été appelé au nom du professionnel connecté par Pro Santé Connect
    Et les traces du logiciel disent que le professionnel a appelé INSi, connecté par Pro Santé Connect
    Quand un autre professionnel s'identifie
    Et un autre professionnel appelle INSi pour le patient « Denis »
    Alors INSi a été appelé au nom d'un autre professionnel connecté par Pro Santé Connect
    Et les traces du logiciel disent qu'un autre professionnel a appelé INSi, connecté par Pro Santé Connect
