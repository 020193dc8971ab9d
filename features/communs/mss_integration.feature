# language: fr
Fonctionnalité: Documents reçus par MSSanté et intégrés d'eux-mêmes
  Réglé pour cela, le logiciel range seul un document au dossier dont l'INS qualifiée est strictement la sienne, et nul autre.

  @MSS/UX.07.01
  Scénario: Un document reçu entre de lui-même au dossier dont l'INS qualifiée est strictement la sienne
    # Réglage levé, puis actif. Quatre écarts d'un seul trait, une INS non qualifiée ; le document identique arrive en
    # dernier et ferme l'observation. Le matricule étranger est celui d'un homonyme né le même jour.
    Étant donné un patient « Ambroisine » dont le statut est « identité qualifiée »
    Et un patient « Bertille » dont le statut est « identité qualifiée »
    Et un patient « Cyprien » dont le statut est « identité qualifiée »
    Et un patient « Désiré » dont le statut est « identité qualifiée »
    Et un patient « Eustache » dont le statut est « identité récupérée »
    Et un compte rendu de biologie « bilan trop tôt » reçu par MSSanté pour le patient « Désiré »
    Quand l'administrateur lève l'intégration automatique des documents reçus
    Et le professionnel relève les documents reçus
    Et l'administrateur active l'intégration automatique des documents reçus
    Et une lettre de liaison « lettre de Bertille » arrive pour le patient « Bertille » sous une autre date
    Et une lettre de liaison « lettre de Cyprien » arrive pour le patient « Cyprien » sous un autre prénom
    Et une lettre de liaison « lettre de Désiré » arrive pour le patient « Désiré » sous un autre nom
    Et un compte rendu de biologie « bilan d'un homonyme » arrive pour le patient « Ambroisine » sous un autre matricule
    Et une lettre de liaison « lettre d'Eustache » reçue par MSSanté pour le patient « Eustache »
    Et une lettre de liaison « lettre d'Ambroisine » reçue par MSSanté pour le patient « Ambroisine »
    Et le professionnel relève les documents reçus
    Alors « lettre d'Ambroisine » est entré de lui-même au dossier du patient « Ambroisine »
    Et « bilan trop tôt » n'est pas entré de lui-même : réglage levé
    Et « lettre de Bertille » n'est pas entré de lui-même : identité différente
    Et « lettre de Cyprien » n'est pas entré de lui-même : identité différente
    Et « lettre de Désiré » n'est pas entré de lui-même : identité différente
    Et « bilan d'un homonyme » n'est pas entré de lui-même : identité différente
    Et « lettre d'Eustache » n'est pas entré de lui-même : INS non qualifiée
