# language: fr
Fonctionnalité: Envoi de documents au DMP
  Les documents reçus partent d'eux-mêmes ; l'utilisateur supprime ce qui a été envoyé à tort ;
  envoyer ou supprimer ne demande aucune autorisation d'accès.

  @DMP/va1.01.01
  Scénario: Une lettre de liaison reçue part d'elle-même au DMP
    # Le texte officiel demande au moins l'envoi d'une lettre ; deux patients montrent que rien n'est figé.
    Étant donné un patient « Adélaïde » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Baptiste » à l'INS qualifiée, dont le DMP est ouvert
    Quand le logiciel reçoit une lettre de liaison du patient « Adélaïde »
    Alors la lettre de liaison est arrivée d'elle-même dans le DMP du patient « Adélaïde », en CDA R2 de niveau 1
    Quand le logiciel reçoit une lettre de liaison du patient « Baptiste »
    Alors la lettre de liaison est arrivée d'elle-même dans le DMP du patient « Baptiste », en CDA R2 de niveau 1
    Et les envois au DMP suivent le guide d'intégration

  @DMP/CONF.03.01
  Scénario: L'utilisateur apprend à supprimer un document du DMP, et le fait
    # Le texte officiel demande au moins la documentation ; l'exigence porte sur la suppression elle-même.
    Étant donné un patient « Charlotte » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Damien » à l'INS qualifiée, dont le DMP est ouvert
    Et un compte rendu « bilan juste » du patient « Charlotte » envoyé au DMP
    Et un compte rendu « bilan envoyé à tort » du patient « Charlotte » envoyé au DMP
    Et un compte rendu « bilan du voisin » du patient « Damien » envoyé au DMP
    Quand le professionnel ouvre la documentation sur la suppression d'un document du DMP
    Alors la documentation explique comment supprimer un document du DMP
    Quand le professionnel supprime du DMP le document « bilan envoyé à tort »
    Alors le document « bilan envoyé à tort » est supprimé du DMP, et lui seul
    Et la suppression du document « bilan envoyé à tort » suit le guide d'intégration

  @DMP/CONF.05.01
  Scénario: Envoyer et supprimer sans autorisation d'accès au DMP
    Étant donné un patient « Élise » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel valide le compte rendu complet « bilan » du patient « Élise » et l'envoie au DMP
    Alors le compte rendu complet « bilan » est dans le DMP du patient « Élise »
    Quand un autre professionnel supprime du DMP le document « bilan »
    Alors le document « bilan » est supprimé du DMP, et lui seul
    Et aucune autorisation d'accès au DMP n'a été demandée
    # La consultation permise, ensuite, montre que le blocage tient bien à l'accord qui manquait.
    Quand le professionnel essaie de consulter le DMP du patient « Élise » sans confirmer son accord
    Et le professionnel enregistre pour le patient « Élise » : non-opposition
    Et le professionnel consulte le DMP du patient « Élise »
    Alors la consultation du DMP du patient « Élise » a été bloquée faute d'accord du patient

  @DMP/CONF.10.01
  Scénario: Contrôle préalable à l'homologation : envois et consultations au guide d'intégration
    Étant donné un patient « Fanny » à l'INS qualifiée, dont le DMP est ouvert
    Et un compte rendu « bilan » du patient « Fanny » envoyé au DMP
    Et des documents anciens dans le logiciel
      | document | patient | date de l'acte   |
      | archive  | Fanny   | 04/02/2022 09:00 |
    Et un DMP qui refuse le prochain envoi
    Quand le professionnel essaie d'envoyer au DMP le document « archive »
    Alors le code d'erreur rendu par le DMP pour « archive » est montré à l'utilisateur
    # Un document déjà enregistré ne repart pas.
    Quand le professionnel essaie d'envoyer au DMP le document « bilan »
    Et le professionnel enregistre pour le patient « Fanny » : non-opposition
    Et le professionnel consulte le DMP du patient « Fanny »
    Alors les envois au DMP suivent le guide d'intégration
    Et les consultations du DMP suivent le guide d'intégration
    Et l'autorisation du CNDA reste à apporter pour le référentiel de sécurité sur l'accès des professionnels au DMP
